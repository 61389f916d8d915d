import { schedules as all, type ScheduleSpec } from '#lib/topology';
import { createAsyncEvents } from './async-events.ts';
import type { Handler } from './handlers.ts';

/** EventBridge Scheduler: runs each schedule at once, then at its rate, which the environment may shorten. */
export function runSchedules(
  handlers: ReadonlyMap<string, Handler>,
  shortestPollSeconds: number,
  schedules: readonly ScheduleSpec[] = all,
): { stop(): Promise<void> } {
  const events = createAsyncEvents(handlers);
  const timers = schedules.map((schedule) => {
    const tick = () => events.take(schedule.function, { source: 'longshore.schedule', name: schedule.name });
    tick();
    return setInterval(tick, periodSeconds(schedule, shortestPollSeconds) * 1000);
  });
  return {
    async stop() {
      for (const timer of timers) clearInterval(timer);
      await events.stop();
    },
  };
}

/** The schedule must run at least as often as the shortest poll interval. */
export function periodSeconds({ everySeconds, override }: ScheduleSpec, shortestPollSeconds: number): number {
  const asked =
    Number(process.env[override]) || (override === 'POLL_INTERVAL_SECONDS' ? shortestPollSeconds : everySeconds);
  return Math.min(everySeconds, asked);
}
