import { schedules as all, type ScheduleSpec } from '#lib/topology';
import { type Handler, invoke } from './handlers.ts';

/** EventBridge Scheduler: every schedule at once and then at its rate, which the environment or the connections may shorten. */
export function runSchedules(
  handlers: ReadonlyMap<string, Handler>,
  shortestPollSeconds: number,
  schedules: readonly ScheduleSpec[] = all,
): { stop(): Promise<void> } {
  const running = new Set<Promise<void>>();
  const timers = schedules.map((schedule) => {
    const tick = () => {
      const run = invoke(handlers, schedule.function, { source: 'longshore.schedule', name: schedule.name }).then(
        () => undefined,
        (error) =>
          console.error(
            JSON.stringify({
              level: 'error',
              message: 'a schedule failed',
              schedule: schedule.name,
              error: (error as Error).name,
            }),
          ),
      );
      running.add(run);
      run.finally(() => running.delete(run));
    };
    tick();
    return setInterval(tick, periodSeconds(schedule, shortestPollSeconds) * 1000);
  });
  return {
    async stop() {
      for (const timer of timers) clearInterval(timer);
      await Promise.all(running);
    },
  };
}

/** The clock must tick at least as often as the shortest interval asks. */
export function periodSeconds({ everySeconds, override }: ScheduleSpec, shortestPollSeconds: number): number {
  const asked =
    Number(process.env[override]) || (override === 'POLL_INTERVAL_SECONDS' ? shortestPollSeconds : everySeconds);
  return Math.min(everySeconds, asked);
}
