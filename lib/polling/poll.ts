import { setTimeout as sleep } from 'node:timers/promises';
import { cutBody, inboundReceived, packJson } from '#events/inbound-body';
import type { InboundReceived } from '#events/inbound-received';
import { listSkus } from '#lib/catalog/store';
import type { Connection } from '#lib/connections/connection';
import { watchSecret } from '#lib/connections/credentials';
import { getAccounts } from '#lib/connections/store';
import type { Connector, Poller, PollPage } from '#lib/marketplaces/contract';
import { type Remote, withRemote } from '#lib/marketplaces/remote';
import type { listOpenPlacements as ListOpenPlacements } from '#lib/orders/placements';
import {
  BUDGET_SPENT,
  BudgetSpentError,
  ContractError,
  IntegrationError,
  RetryableError,
  UnknownOutcomeError,
} from '#lib/platform/errors';
import { shortHash } from '#lib/platform/hash';
import { INBOUND_QUEUE } from '#lib/platform/names';
import { sendMessages } from '#lib/platform/queue/queue';
import type { BudgetOptions } from '#lib/platform/rate-limit/budget';
import { pollIntervalSeconds } from '#lib/platform/settings';
import { errorFields, log } from '#lib/platform/telemetry/log';
import { emitMetric } from '#lib/platform/telemetry/metrics';
import { formatTraceparent, startTrace } from '#lib/platform/telemetry/trace';
import { watchWebhooks } from '#lib/webhooks/watch';
import { type Cursor, getCursor, leaseCursor, saveCursor, takeUp } from './cursor.ts';
import { isAsidesTurn, type Stand, turnPage } from './turns.ts';

/** How long a poller waits for a free slot. It reserves none, so that pushes get slots between its requests. */
const PATIENCE = { maxWaitMs: 0, patienceMs: 60_000, isPoll: true } satisfies BudgetOptions;
/** How often a page is asked for before its poll breaks off until the next tick: most faults pass in a moment. */
const TRIES = 3;
const AGAIN_MS = 500;
/** How soon a poll that broke off is resumed, even if its interval is longer. */
const RESUME_SECONDS = 60;
const MAX_REMARK = 500;
/**
 * A poller stops just before a tick, which takes up what it left, and before Lambda ends it (300 s): under a small limit
 * its last page waits two minutes for its turn.
 */
const MAX_RUN_MS = 170_000;

/**
 * For how many intervals, and seconds at most, a placement's body that stays the same is not read again, by an instance
 * that has just handed it on: most are open for days, and reading each at each poll costs many times what the order did.
 */
const SAME_FOR_POLLS = 6;
const SAME_FOR_SECONDS = 3600;
const MAX_HANDED_ON = 100_000;

/** Lists open placements with code that is loaded only then: no sales channel asks for them. */
const listOpenPlacements: typeof ListOpenPlacements = async function* (...asked) {
  yield* (await import('#lib/orders/placements')).listOpenPlacements(...asked);
};

/** What a poll reads and writes with; tests pass another. */
const HUB = {
  ...{ leaseCursor, saveCursor, withRemote, sendMessages, listOpenPlacements, listSkus, watchWebhooks },
  /** What was handed on of each placement, the earliest first: the hash of its body, and when. */
  handedOn: new Map<string, { hash: string; at: number }>(),
  now: () => new Date(),
  wait: (ms: number): Promise<unknown> => sleep(ms),
};

type Polled = Connector & Poller;

/** Polls every connection of a marketplace that is due. One that fails does not hold up another. */
export async function pollMarketplace(connector: Polled): Promise<void> {
  const { connections } = await getAccounts();
  const ours = [...connections.values()].filter(({ marketplace }) => marketplace === connector.info.name);
  const polled = await Promise.all(
    ours.map(async (connection) => ({ connection, cursor: await getCursor(connection.id) })),
  );
  const now = new Date();
  emitLag(connector.info.name, polled, now);
  // Whether it is free is decided by the lease: asking costs a write.
  const due = polled.filter(({ cursor }) => (cursor?.nextPollAt ?? '') <= now.toISOString());
  const watched = ours.length > 0 ? watchSecret(connector.info.name) : undefined;
  await Promise.all([watched, ...due.map(({ connection }) => pollConnection(connection, connector))]);
}

/** One run of a poll, and how far it has come. */
interface Run extends Pick<Cursor, 'caughtUpAt'> {
  readonly connection: Connection;
  readonly connector: Polled;
  readonly hub: typeof HUB;
  readonly startedAt: Date;
  readonly lease: NonNullable<Cursor['lease']>;
  /** Seconds between two polls. */
  readonly interval: number;
  /** The run before ended in an error. */
  readonly brokeOff: boolean;
  at: Stand;
  /** Whether it reads what was set aside, and when that last changed. */
  isAside: boolean;
  /** Somebody asked for a poll since the last that came to its end: what is the same is read, too. */
  readonly isAsked: boolean;
  /** A hash of the connection: by other settings the same body is read again. */
  readonly setUp: string;
  turnedAt: Date;
  /** How often a page was asked for in vain since the last one with items. */
  tries: number;
  found: number;
  remark: string | null;
}

/** One poll of one connection: pages go to the inbound queue first, and only then does the cursor move. */
export async function pollConnection(connection: Connection, connector: Polled, hub: typeof HUB = HUB): Promise<void> {
  const startedAt = hub.now();
  const leased = await hub.leaseCursor(connection.id, startedAt);
  if (!leased) return;
  const { lease, caughtUpAt } = leased;
  const asked = takeUp(leased, connector.rewind);
  if (asked && !(await hub.saveCursor(connection.id, lease, asked))) return;
  const cursor = { ...leased, ...asked };
  const interval = pollIntervalSeconds(connection.pollIntervalSeconds);
  const brokeOff = cursor.lastError !== null && cursor.lastError !== BUDGET_SPENT;
  const run: Run = {
    ...{ connection, connector, hub, startedAt, lease, interval, brokeOff, caughtUpAt },
    isAsked: (cursor.askedAt ?? '') > (caughtUpAt ?? ''),
    setUp: shortHash(JSON.stringify(connection)),
    ...{ at: cursor, isAside: isAsidesTurn(cursor, startedAt), turnedAt: startedAt, tries: 0, found: 0, remark: null },
  };
  let { webhooks } = cursor;
  const release = async (lastError: string | null, due: Date, more: Partial<Cursor> = {}): Promise<void> => {
    const [nextPollAt, lastPolledAt] = [due.toISOString(), startedAt.toISOString()];
    await hub.saveCursor(connection.id, lease, { nextPollAt, lastError, lastPolledAt, lease: null, ...more });
  };
  try {
    const outcome = await hub.withRemote(connection, PATIENCE, async (remote) => {
      const how = await readPages(run, remote);
      if (how === 'whole') webhooks = await hub.watchWebhooks(connector, remote, webhooks);
      return how;
    });
    if (outcome === 'lost') return log.warn('lost the cursor of a poll', { connection: connection.id });
    const { at, caughtUpAt, remark, found } = run;
    const due = after(caughtUpAt ? new Date(caughtUpAt) : startedAt, interval);
    if (outcome === 'whole') await release(null, due, { backfill: null, caughtUpAt, webhooks, remark });
    // An error stands until something of what was set aside is read.
    else await release(brokeOff && at.aside && at.aside === cursor.aside ? cursor.lastError : null, startedAt);
    log.info('polled', { connection: connection.id, found });
  } catch (error) {
    const code = error instanceof IntegrationError ? error.code : 'internal_error';
    log.warn('poll broke off', { connection: connection.id, found: run.found, ...errorFields(error) });
    const wait = error instanceof BudgetSpentError ? error.waitMs / 1000 : RESUME_SECONDS;
    // The description is our own, and names the wrong member: a remote's words may have anything in them.
    const told = error instanceof ContractError ? { remark: error.detail.description.slice(0, MAX_REMARK) } : {};
    await release(code, after(startedAt, Math.min(interval, wait)), told);
  }
}

/** Reads on to the end of the list, or of the time there is; asks again for a page that a passing fault cut. */
async function readPages(run: Run, remote: Remote): Promise<'whole' | 'unfinished' | 'lost'> {
  for (;;)
    try {
      const outcome = await readOn(run, remote);
      if (outcome !== 'turn') return outcome;
    } catch (error) {
      run.tries += 1;
      if (run.tries === TRIES || !isPassing(error)) throw error;
      await run.hub.wait(AGAIN_MS * run.tries);
    }
}

/** Reads pages from where the run stands; `turn`: what was set aside, or what cannot wait, is to be read next. */
async function readOn(run: Run, remote: Remote): Promise<'whole' | 'turn' | 'unfinished' | 'lost'> {
  const { connection, connector, hub, startedAt } = run;
  const { watermark, resume } = (run.isAside && run.at.aside) || run.at;
  const openPlacements = (behind: string | null) => hub.listOpenPlacements(connection.id, behind);
  const skus = (behind: string | null) => hub.listSkus(connection.id, behind);
  // A page is asked for after the one before it was handled: what it says is of this instant or later.
  let askedAt = hub.now().toISOString();
  for await (const page of connector.poll({ ...remote, watermark, resume, openPlacements, skus })) {
    const times = { askedAt, receivedAt: hub.now().toISOString() };
    const [items, remember] = newsIn(page, run);
    const messages = items.map((item) => ({ message: polled(connection, item, times), group: connection.id }));
    await hub.sendMessages(INBOUND_QUEUE, messages);
    remember();
    run.found += page.items.length;
    const now = hub.now();
    const hadAside = run.at.aside;
    const isEnd = await takePage(run, page, now);
    if (isEnd === undefined) return 'lost';
    askedAt = hub.now().toISOString();
    if (isEnd) continue;
    if (now.getTime() - startedAt.getTime() > MAX_RUN_MS) return 'unfinished';
    const isAside = isAsidesTurn(run.at, now);
    if (isAside === run.isAside) continue;
    Object.assign(run, { isAside, turnedAt: now });
    // What was set aside just now goes on as it is.
    if (hadAside) return 'turn';
  }
  return 'whole';
}

/** The page's items without placements that show what they showed not long ago; and what is to be called once they are sent. */
function newsIn({ items }: PollPage, run: Run): [PollPage['items'], () => void] {
  const { connection, interval, isAsked, setUp } = run;
  const { handedOn, now: clock } = run.hub;
  const now = clock().getTime();
  const sameFor = 1000 * Math.min(SAME_FOR_POLLS * interval, SAME_FOR_SECONDS);
  const told = items.map((item) => {
    const key = item.placement === undefined ? undefined : JSON.stringify([connection.id, item.placement]);
    return { item, key, hash: key && shortHash(setUp, JSON.stringify(item)) };
  });
  const news = told.filter(({ key = '', hash }) => {
    const before = handedOn.get(key);
    return isAsked || before?.hash !== hash || now - (before?.at ?? 0) > sameFor;
  });
  const remember = () => {
    for (const { key, hash } of news) {
      if (!key || !hash) continue;
      handedOn.delete(key);
      handedOn.set(key, { hash, at: now });
    }
    for (const oldest of handedOn.keys()) {
      if (handedOn.size <= MAX_HANDED_ON) break;
      handedOn.delete(oldest);
    }
  };
  return [news.map(({ item }) => item), remember];
}

/** Moves the cursor past a page whose items are in the queue. Whether it was the last; undefined if the cursor is lost. */
async function takePage(run: Run, page: PollPage, now: Date): Promise<boolean | undefined> {
  const { connection, hub, lease, startedAt, turnedAt, interval, brokeOff } = run;
  // What can wait gets at least as much time as the part before it took, which may exceed the interval.
  const turn = Math.max(interval, 1, (now.getTime() - turnedAt.getTime()) / 1000);
  const { isEnd, isCaughtUp, moved } = turnPage(run.at, page, run.isAside, after(now, turn));
  // Where what can wait cannot be read, the poll lags all the same.
  if (isCaughtUp && !(run.at.aside && brokeOff)) run.caughtUpAt = startedAt.toISOString();
  const kept = isCaughtUp && !isEnd ? { ...moved, caughtUpAt: run.caughtUpAt } : moved;
  if (!(await hub.saveCursor(connection.id, lease, kept))) return undefined;
  // A page without items may only lead past what failed: it does not tell that the remote answers again.
  const tries = page.items.length > 0 ? 0 : run.tries;
  Object.assign(run, { at: { ...run.at, ...moved }, tries, remark: page.remark ?? null });
  return isEnd;
}

const after = (instant: Date, seconds: number): Date => new Date(instant.getTime() + seconds * 1000);

/** Whether a moment may heal a failure: no answer, a 5xx, or something of AWS. */
const isPassing = (error: unknown): boolean =>
  [RetryableError, UnknownOutcomeError].some((passing) => error instanceof passing) ||
  !(error instanceof IntegrationError);

function polled(
  { id: connection }: Connection,
  { topic, body }: PollPage['items'][number],
  times: { askedAt: string; receivedAt: string },
): InboundReceived {
  const trace = formatTraceparent(startTrace());
  return fitQueue(inboundReceived({ connection, topic, receivedBy: 'poll', ...times, ...packJson(body), trace }));
}

/** SQS takes 1 MiB in a message. */
const MAX_MESSAGE_BYTES = 1_000_000;
/** Characters that always fit: in JSON one takes up to six bytes. */
const MAX_CHARACTERS = MAX_MESSAGE_BYTES / 7;

/** The message, with only the beginning of a body that no message can hold: one item must not stop its list. */
function fitQueue(message: InboundReceived): InboundReceived {
  if (message.body.length <= MAX_CHARACTERS || Buffer.byteLength(JSON.stringify(message)) <= MAX_MESSAGE_BYTES)
    return message;
  return fitQueue(cutBody(message));
}

/** How much older than the connection's interval its last complete poll is, in seconds; 0 while on time. */
export function lagSeconds(cursor: Pick<Cursor, 'caughtUpAt'> | undefined, intervalSeconds: number, now: Date): number {
  if (!cursor?.caughtUpAt) return 0;
  return Math.max(0, Math.round((now.getTime() - Date.parse(cursor.caughtUpAt)) / 1000 - intervalSeconds));
}

/** Emits the worst lag of a marketplace's connections; 0 even if there are none, so that silence means that nobody polls. */
export function emitLag(
  marketplace: string,
  polled: ReadonlyArray<{ connection: Connection; cursor: Cursor | undefined }>,
  now: Date,
): void {
  const lags = polled.map(({ connection, cursor }) =>
    lagSeconds(cursor, pollIntervalSeconds(connection.pollIntervalSeconds), now),
  );
  emitMetric('PollerLag', { Marketplace: marketplace }, Math.max(0, ...lags));
}
