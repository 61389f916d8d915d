import { Option } from 'commander';
import type { Delivery } from '#lib/api/delivery-schema';
import type { ReplayDryRun, ReplayStarted } from '#lib/api/replay-schema';
import type { Command } from '../command.ts';
import { deliveryColumns } from '../describe-delivery.ts';
import { refusal, usageError } from '../errors.ts';
import { count } from '../format.ts';
import { checkConnection, lists } from '../known.ts';
import { addDeliveryFilter, type DeliveryOptions, deliveriesOf, parseCount, reason, yes } from '../options.ts';
import type { Session } from '../session.ts';
import { watchReplay } from './replays.ts';

type Options = DeliveryOptions & {
  yes?: boolean;
  perMinute?: number;
  canary?: boolean;
  reason?: string;
  wait?: boolean;
};

export function addReplayDeliveries(deliveries: Command): void {
  const replay = deliveries
    .command('replay [id]')
    .description('give one delivery a fresh set of attempts, or all that a filter matches');
  addDeliveryFilter(replay)
    .addOption(yes('do it; without it, many are only counted and shown'))
    .addOption(new Option('--per-minute <n>', 'how many fall due each minute (default: 60)').argParser(parseCount))
    .option('--canary', 'replay 1, then 10, then the rest, and stop at the first that fails again')
    .addOption(reason())
    .option('--wait', 'show its progress until it is done (the default, but for --json)')
    .option('--no-wait', 'only start it')
    .examples(
      'deliveries replay dlv_5be1f6c2a93d70418f26 --reason "maintenance is over"',
      'deliveries replay --state dead --cause http_503',
      'deliveries replay --state dead --cause http_503 --canary --per-minute 60 --yes',
    )
    .remark('Ctrl-C leaves a replay going.')
    .does(async (session, id: string | undefined, options: Options) => {
      const filter = await deliveriesOf(options, session.api);
      const isEmpty = Object.keys(filter).length === 0;
      if (id !== undefined && !isEmpty) throw usageError('name a delivery or a filter, not both');
      if (id === undefined && isEmpty)
        throw usageError('name a delivery or a filter, such as --state dead: an empty one would replay everything');
      if (id !== undefined && (options.canary || options.perMinute))
        throw usageError('--canary and --per-minute are for many deliveries');
      const started = await (id === undefined ? replayMany(session, filter, options) : replayOne(session, id, options));
      if (started) await follow(session, started, options.wait ?? !session.json);
    });
}

async function replayOne({ api }: Session, id: string, options: Options): Promise<ReplayStarted> {
  const path = `/deliveries/${encodeURIComponent(id)}`;
  if (!options.yes) {
    const { state, cause } = await api.get<Delivery>(path);
    if (cause?.code === 'outcome_unknown')
      throw refusal(`nobody knows whether ${id} happened: look at the marketplace, then say --yes to repeat it`);
    if (state === 'succeeded') throw refusal(`${id} has succeeded: say --yes to run it again all the same`);
  }
  return api.post<ReplayStarted>(`${path}/replay`, { reason: options.reason });
}

async function replayMany(
  session: Session,
  filter: Record<string, string>,
  options: Options,
): Promise<ReplayStarted | undefined> {
  const { api } = session;
  await checkConnection(api, filter.connection, lists(api, '/deliveries', filter));
  if (!options.yes) {
    const found = await api.post<ReplayDryRun>('/deliveries/replay', { filter, dryRun: true });
    session.answer(found, () => describeDryRun(session, found));
    if (found.matched > 0) throw refusal('nothing was replayed: say --yes to do it');
    return undefined;
  }
  const { perMinute, canary, reason: why } = options;
  return api.post<ReplayStarted>('/deliveries/replay', { filter, perMinute, canary, reason: why });
}

async function follow(session: Session, started: ReplayStarted, wait: boolean): Promise<void> {
  if (wait) return watchReplay(session, started.replayId);
  session.answer(
    started,
    ({ replayId, matched }) =>
      `${replayId}: ${count(matched, 'delivery', 'deliveries')}; watch it with longshore replays show ${replayId} --watch`,
  );
}

function describeDryRun(session: Session, { matched, complete, leftOut, sample, calls }: ReplayDryRun): string {
  if (matched === 0 && leftOut === 0) return 'no delivery matches';
  const lines = [`${complete ? '' : 'at least '}${count(matched, 'delivery', 'deliveries')} would be replayed`];
  if (leftOut > 0)
    lines.push(`${leftOut} left out: nobody knows whether they happened; look, and replay each by its id`);
  if (calls.length > 0)
    lines.push(
      '',
      session.table(calls, [
        { title: 'CALLS', value: (call) => String(call.count), right: true },
        { title: 'ACTION', value: ({ action }) => action },
        { title: 'CONNECTION', value: ({ connection }) => connection },
        { title: 'PROBED FIRST', value: ({ probedFirst }) => String(probedFirst), right: true },
      ]),
    );
  if (sample.length > 0) lines.push('', 'A sample:', session.table(sample, deliveryColumns(session.now)));
  return lines.join('\n');
}
