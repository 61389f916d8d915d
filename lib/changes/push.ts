import type { DeliveryDue } from '#events/delivery-due';
import type { EndpointBehind } from '#events/endpoint-behind';
import type { Result } from '#lib/attempts/attempt';
import type { Endpoint } from '#lib/connections/endpoint-schema';
import { StateError } from '#lib/platform/errors';
import { ENDPOINT } from '#lib/platform/names';
import { errorFields, log } from '#lib/platform/telemetry/log';
import { emitMetric } from '#lib/platform/telemetry/metrics';
import type { Change } from './change-schema.ts';
import { decodeMarks, encodeMarks, type Marks } from './cursor.ts';
import {
  type Begun,
  type EndpointState,
  FOREVER,
  isAsking,
  isGone,
  isHeld,
  isThrottled,
  judge,
  PAGE_SECONDS,
} from './endpoint-state.ts';
import {
  hurry,
  HUB as NOTIFY_HUB,
  type Hub as NotifyHub,
  notifyId,
  openNotify,
  workFirst,
  workNotify,
} from './notify.ts';
import { type ChangePage, isOfType, marksAt, readChanges } from './read.ts';

export const HUB = {
  ...NOTIFY_HUB,
  openNotify,
  workNotify,
  workFirst,
  hurry,
  readChanges,
  marksAt,
};
export type Hub = typeof HUB & NotifyHub;

/** How many requests one endpoint gets at a time. */
export const AT_ONCE = 10;
/** Changes of one page, which are told before the cursor moves: after a crash they are told again. */
export const PAGE = 100;
/** For how long pages begin: a page whose requests hang still ends before the function is stopped. */
const PAGES_MS = 20_000;

/** Tells an endpoint what is new until it has caught up or time is over: then it rings for the rest. */
export async function pushTo({ endpoint: id, partitions }: EndpointBehind, hub: Hub): Promise<void> {
  const endpoint = (await hub.getEndpoints()).get(id);
  const begun = endpoint && (await hub.states.begin(endpoint, hub.now()));
  if (!begun) return;
  try {
    await pushUnder(begun, endpoint, partitions, hub);
  } catch (error) {
    // The sweeper rings again; nobody has to wait for the lease.
    log.error('an endpoint could not be told', { endpoint: id, ...errorFields(error) });
    await hub.states.release(id, begun.lease, {});
  }
}

async function pushUnder(
  { item, lease }: Begun,
  endpoint: Endpoint,
  partitions: readonly number[] | undefined,
  hub: Hub,
): Promise<void> {
  const { id } = endpoint;
  const deadline = hub.now().getTime() + PAGES_MS;
  let state = item;
  for (let only = partitions; ; ) {
    state = { ...state, ...(await sendFirst(id, state, deadline, hub)) };
    if (isHeld(state, hub.now())) return void (await hub.states.release(id, lease, {}));
    const { learned, caughtUp, trouble } = await tellPage(endpoint, state, only, hub);
    state = { ...state, ...learned };
    if (trouble || isHeld(state, hub.now())) {
      await hub.states.release(id, lease, learned);
      if (trouble) throw trouble;
      if (!state.paused) await hub.ringEndpoints([{ endpoint: id }], state.heldUntil);
      return;
    }
    const isOver = caughtUp && !state.resumed;
    if (isOver && (await hub.states.release(id, lease, learned, state))) return;
    if (!isOver && hub.now().getTime() > deadline) {
      await hub.states.release(id, lease, learned);
      return hub.ringEndpoints([{ endpoint: id }]);
    }
    if (!(await hub.states.renew(id, lease, learned, hub.now()))) return;
    if (!isOver) continue;
    // Somebody rang meanwhile, for any partition.
    state.rung = (await hub.states.get(id)).rung;
    only = undefined;
  }
}

/** After a pause: sends what got the 410, and if that succeeds everything that waited. */
async function sendFirst(
  id: string,
  { first, resumed }: EndpointState,
  deadline: number,
  hub: Hub,
): Promise<Partial<EndpointState>> {
  if (!first && !resumed) return {};
  if (first) await hub.workFirst(first, hub);
  const state = await hub.states.get(id);
  if (state.paused) return state;
  const done = { first: null, resumed: false };
  await hub.states.update(id, done);
  await hub.hurry(id, deadline);
  return { ...state, ...done };
}

/** Tells one page of changes: ten at a time, and those of one order one after the other. */
async function tellPage(
  endpoint: Endpoint,
  state: EndpointState,
  only: readonly number[] | undefined,
  hub: Hub,
): Promise<{ learned: Partial<EndpointState>; caughtUp: boolean; trouble?: unknown }> {
  const { committed } = state;
  const after = committed === undefined ? await hub.marksAt(endpoint.since) : decodeMarks(committed);
  const limit = isAsking(state) ? 1 : PAGE;
  const page = await read({ after, limit, wants: isOfType(endpoint.types), partitions: only }, hub);
  if (!page) {
    const paused = { why: 'expired', by: null, at: hub.now().toISOString() } as const;
    return { learned: { paused, heldUntil: FOREVER }, caughtUp: true };
  }
  const known = new Set(state.told);
  const { results, gone, trouble } = await tellAll(endpoint, page.changes, known, hub);
  const isTold = page.changes.map(({ id }, index) => known.has(id) || isDone(results[index]));
  const { marks, ahead } = reached(after, page, isTold);
  for (const { id } of page.changes) known.delete(id);
  const told = [...known, ...ahead];
  const learned = {
    ...judge(state, results.filter(isDone), hub.now().toISOString()),
    ...(gone && { first: notifyId(endpoint.id, gone.id) }),
    ...((state.told?.length || told.length > 0) && { told }),
    committed: encodeMarks(marks),
  };
  return { learned, caughtUp: page.caughtUp && isTold.every(Boolean), trouble };
}

const isDone = (result: Result | undefined): result is Result => result !== undefined;

/** Undefined where changes it was not told are gone, or missing from a restored table: a person decides. */
async function read(wanted: Parameters<typeof readChanges>[0], hub: Hub): Promise<ChangePage | undefined> {
  try {
    return await hub.readChanges(wanted);
  } catch (error) {
    if (error instanceof StateError) return undefined;
    throw error;
  }
}

interface PageResults {
  /** The result of each change; undefined where time was short, or where the change made no sense. */
  results: Array<Result | undefined>;
  /** The change that got a 410, after which nothing is sent. */
  gone?: Change;
  /** The endpoint asked for patience, after which nothing is sent. */
  isThrottled?: boolean;
  /** Why the hub itself could not tell a change; nothing more is sent: this change and later ones stay untold. */
  trouble?: unknown;
}

async function tellAll(
  endpoint: Endpoint,
  changes: readonly Change[],
  known: ReadonlySet<string>,
  hub: Hub,
): Promise<PageResults> {
  const told: PageResults = { results: changes.map(() => undefined) };
  const until = hub.now().getTime() + PAGE_SECONDS * 1000;
  const untold = [...changes.entries()].filter(([, { id }]) => !known.has(id));
  const chains = [...Map.groupBy(untold, ([, { order, connection, sku }]) => order ?? `${connection}#${sku}`).values()];
  const work = async () => {
    for (let chain = chains.shift(); chain; chain = chains.shift())
      for (const [index, change] of chain) {
        if (told.gone || told.isThrottled || told.trouble || hub.now().getTime() > until) return;
        const result = await tell(endpoint, change, hub);
        told.results[index] = result;
        if (isGone(result)) told.gone = change;
        told.isThrottled ||= isThrottled(result);
      }
  };
  // All end before the lease does, so that nobody sends beside the next holder.
  await Promise.all(Array.from({ length: AT_ONCE }, () => work().catch((error) => (told.trouble ??= error))));
  return told;
}

async function tell(endpoint: Endpoint, change: Change, hub: Hub): Promise<Result> {
  const startedAt = hub.now().toISOString();
  const result = await hub.sendChange(endpoint, change, hub.present);
  if (!result.ok) await hub.openNotify(endpoint, change, result, startedAt);
  const Outcome = result.ok ? 'succeeded' : 'failed';
  emitMetric('Attempts', { Marketplace: ENDPOINT, Action: change.type, Outcome });
  return result;
}

/**
 * Where the cursor moves: in each partition to the last change before the first that was not told; and the changes
 * after it that were told.
 */
function reached(after: Marks, { changes, marksAfter, marks }: ChangePage, isTold: readonly boolean[]) {
  const stuck = new Map<number, Marks[number]>();
  const last = new Map<number, Marks[number]>();
  const ahead: string[] = [];
  for (const [index, { partition, mark }] of marksAfter.entries()) {
    if (isTold[index] && stuck.has(partition)) ahead.push(changes[index]?.id ?? '');
    else if (isTold[index]) last.set(partition, mark);
    else if (!stuck.has(partition))
      stuck.set(partition, last.get(partition) ?? after[partition] ?? { position: 0, taken: 0 });
  }
  return { marks: marks.map((mark, partition) => stuck.get(partition) ?? mark), ahead };
}

/** Does what a message rings for: tells an endpoint what is new, or again what it refused. */
export const notify = (due: EndpointBehind | DeliveryDue, hub: Hub): Promise<void> =>
  'endpoint' in due ? pushTogether(due, hub) : hub.workNotify(due, hub);

/** Endpoints that are being told at this moment. */
const rung = new Map<string, { partitions: EndpointBehind['partitions']; pushed: Promise<void> }>();

/** Joins the rings of one batch for one endpoint: each alone would meet the lease of the first. */
function pushTogether({ endpoint, partitions }: EndpointBehind, hub: Hub): Promise<void> {
  const known = rung.get(endpoint);
  if (known) {
    known.partitions &&= partitions && [...known.partitions, ...partitions];
    return known.pushed;
  }
  const pushed = Promise.resolve().then(() => {
    const all = rung.get(endpoint)?.partitions;
    rung.delete(endpoint);
    return pushTo({ endpoint, partitions: all }, hub);
  });
  rung.set(endpoint, { partitions, pushed });
  return pushed;
}
