import { setTimeout as sleep } from 'node:timers/promises';
import { cutBody, inboundReceived, packJson } from '#events/inbound-body';
import type { InboundReceived } from '#events/inbound-received';
import { listSkus } from '#lib/catalog/store';
import type { Connection } from '#lib/connections/connection';
import { getAccounts } from '#lib/connections/store';
import type { Connector, PollPage } from '#lib/marketplaces/contract';
import { type Remote, withRemote } from '#lib/marketplaces/remote';
import { listOpenPlacements } from '#lib/orders/placements';
import {
  BUDGET_SPENT,
  BudgetSpentError,
  ContractError,
  IntegrationError,
  RetryableError,
  UnknownOutcomeError,
} from '#lib/platform/errors';
import { INBOUND_QUEUE } from '#lib/platform/names';
import { sendMessages } from '#lib/platform/queue/queue';
import type { BudgetOptions } from '#lib/platform/rate-limit/budget';
import { pollIntervalSeconds } from '#lib/platform/settings';
import { errorFields, log } from '#lib/platform/telemetry/log';
import { emitMetric } from '#lib/platform/telemetry/metrics';
import { formatTraceparent, startTrace } from '#lib/platform/telemetry/trace';
import { watchWebhooks } from '#lib/webhooks/watch';
import { type Cursor, getCursor, leaseCursor, saveCursor } from './cursor.ts';
import { isAsidesTurn, type Stand, turnPage } from './turns.ts';

/** A poller comes back for its turn this long; it takes none ahead, so that pushes get theirs between its requests. */
const PATIENCE = { maxWaitMs: 0, patienceMs: 60_000, isPoll: true } satisfies BudgetOptions;
/** A page is asked for this often before its poll breaks off until the next tick: most faults pass in a moment. */
const TRIES = 3;
const AGAIN_MS = 500;
/** A poll that broke off is taken up again this soon, not only after the whole interval. */
const RESUME_SECONDS = 60;
const MAX_REMARK = 500;
/** A poller lets go before Lambda ends it (300 s), and just before a tick, which takes up what it left. */
const MAX_RUN_MS = 230_000;

/** What a poll reads and writes with; another one in tests. */
const HUB = {
  ...{ leaseCursor, saveCursor, withRemote, sendMessages, listOpenPlacements, listSkus, watchWebhooks },
  now: () => new Date(),
  wait: (ms: number): Promise<unknown> => sleep(ms),
};

/** Polls every connection of a marketplace that is due. One that fails does not hold up another. */
export async function pollMarketplace(connector: Connector): Promise<void> {
  const { connections } = await getAccounts();
  const ours = [...connections.values()].filter(({ marketplace }) => marketplace === connector.info.name);
  const polled = await Promise.all(
    ours.map(async (connection) => ({ connection, cursor: await getCursor(connection.id) })),
  );
  const now = new Date();
  emitLag(connector.info.name, polled, now);
  // Whether it is free, too, is the lease's to say: asking that costs a write.
  const due = polled.filter(({ cursor }) => (cursor?.nextPollAt ?? '') <= now.toISOString());
  await Promise.all(due.map(({ connection }) => pollConnection(connection, connector)));
}

/** One poll of one connection: pages go to the inbound queue first, and only then does the cursor move. */
export async function pollConnection(
  connection: Connection,
  connector: Connector,
  hub: typeof HUB = HUB,
): Promise<void> {
  if (!connector.poll) return;
  const startedAt = hub.now();
  const cursor = await hub.leaseCursor(connection.id, startedAt);
  if (!cursor) return;
  const { lease } = cursor;
  const interval = pollIntervalSeconds(connection.pollIntervalSeconds);
  let found = 0;
  let { webhooks, caughtUpAt } = cursor;
  const brokeOff = cursor.lastError !== null && cursor.lastError !== BUDGET_SPENT;
  let remark: string | null = null;
  try {
    let at: Stand = cursor;
    let isAside = isAsidesTurn(at, startedAt);
    const openPlacements = (after: string | null) => hub.listOpenPlacements(connection.id, after);
    const skus = (after: string | null) => hub.listSkus(connection.id, after);
    // Of the page that is asked for.
    let tries = 0;
    const walk = async (remote: Remote): Promise<'whole' | 'turn' | 'unfinished' | 'lost'> => {
      const { watermark, resume } = (isAside && at.aside) || at;
      // A page is asked for after the one before it was handled: what it says is of this instant or later.
      let askedAt = hub.now().toISOString();
      for await (const page of connector.poll?.({ ...remote, watermark, resume, openPlacements, skus }) ?? []) {
        const receivedAt = hub.now().toISOString();
        await hub.sendMessages(
          INBOUND_QUEUE,
          page.items.map((item) => ({
            message: polled(connection, item, { askedAt, receivedAt }),
            group: connection.id,
          })),
        );
        found += page.items.length;
        const now = hub.now();
        const hadAside = at.aside;
        const { isEnd, isCaughtUp, moved } = turnPage(at, page, isAside, after(now, Math.max(interval, 1)));
        // Where what can wait cannot be read, the poll lags all the same.
        if (isCaughtUp && !(hadAside && brokeOff)) caughtUpAt = startedAt.toISOString();
        const kept = isCaughtUp && !isEnd ? { ...moved, caughtUpAt } : moved;
        if (!(await hub.saveCursor(connection.id, lease, kept))) return 'lost';
        at = { ...at, ...moved };
        tries = 0;
        remark = page.remark ?? null;
        askedAt = hub.now().toISOString();
        if (isEnd) continue;
        if (now.getTime() - startedAt.getTime() > MAX_RUN_MS) return 'unfinished';
        const wasAside = isAside;
        isAside = isAsidesTurn(at, now);
        // What was set aside just now goes on as it is.
        if (wasAside !== isAside && hadAside) return 'turn';
      }
      return 'whole';
    };
    const walkOn = async (remote: Remote) => {
      for (;;)
        try {
          const outcome = await walk(remote);
          if (outcome !== 'turn') return outcome;
        } catch (error) {
          tries += 1;
          if (tries === TRIES || !isPassing(error)) throw error;
          await hub.wait(AGAIN_MS * tries);
        }
    };
    const outcome = await hub.withRemote(connection, PATIENCE, async (remote) => {
      const how = await walkOn(remote);
      if (how === 'whole') webhooks = await hub.watchWebhooks(connector, remote, webhooks);
      return how;
    });
    if (outcome === 'lost') return log.warn('lost the cursor of a poll', { connection: connection.id });
    const due = after(caughtUpAt ? new Date(caughtUpAt) : startedAt, interval);
    if (outcome === 'whole') await release(null, due, { backfill: null, caughtUpAt, webhooks, remark });
    // An error stands until something of what was set aside is read.
    else await release(brokeOff && at.aside && at.aside === cursor.aside ? cursor.lastError : null, startedAt);
    log.info('polled', { connection: connection.id, found });
  } catch (error) {
    const code = error instanceof IntegrationError ? error.code : 'internal_error';
    log.warn('poll broke off', { connection: connection.id, found, ...errorFields(error) });
    const wait = error instanceof BudgetSpentError ? error.waitMs / 1000 : RESUME_SECONDS;
    // Which member is wrong, in our words: a remote's own may have anything in them.
    const told = error instanceof ContractError ? { remark: error.detail.description.slice(0, MAX_REMARK) } : {};
    await release(code, after(startedAt, Math.min(interval, wait)), told);
  }

  async function release(lastError: string | null, due: Date, more: Partial<Cursor> = {}): Promise<void> {
    const [nextPollAt, lastPolledAt] = [due.toISOString(), startedAt.toISOString()];
    await hub.saveCursor(connection.id, lease, { nextPollAt, lastError, lastPolledAt, lease: null, ...more });
  }
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
/** Characters that fit whatever they are: in JSON one takes up to six bytes. */
const MAX_CHARACTERS = MAX_MESSAGE_BYTES / 7;

/** The message, with only the beginning of a body that no message can hold: one item must not hold up its list. */
function fitQueue(message: InboundReceived): InboundReceived {
  if (message.body.length <= MAX_CHARACTERS || Buffer.byteLength(JSON.stringify(message)) <= MAX_MESSAGE_BYTES)
    return message;
  return fitQueue(cutBody(message));
}

/** Seconds by which the last poll that came to its end is older than the connection's interval; 0 while on time. */
export function lagSeconds(cursor: Pick<Cursor, 'caughtUpAt'> | undefined, intervalSeconds: number, now: Date): number {
  if (!cursor?.caughtUpAt) return 0;
  return Math.max(0, Math.round((now.getTime() - Date.parse(cursor.caughtUpAt)) / 1000 - intervalSeconds));
}

/** Tells how late the latest of a marketplace's connections is; 0 also where there is none, so that silence means that nobody polls. */
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
