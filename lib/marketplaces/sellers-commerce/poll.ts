import { RetryableError } from '#lib/platform/errors';
import * as z from '#lib/platform/zod';
import type { PollContext, PollPage } from '../contract.ts';
import { member, textOf } from '../kit/json.ts';
import { listOrders, PAGE } from './api.ts';
import { Settings } from './settings.ts';
import { isCart } from './statuses.ts';
import { windowOf } from './window.ts';

/**
 * An order that changed within this second may change again under the same ModifiedDate: it is left to the next poll.
 */
const LAG_MS = 2_000;
const MAX_RESTARTS = 20;

/**
 * Where a page begins: the window that is left, and within its first second how many to skip, the last of them seen.
 */
const Position = z.object({
  until: z.string(),
  from: z.string(),
  to: z.string(),
  skip: z.number(),
  seen: z.nullable(z.string()),
});
type Position = z.infer<typeof Position>;

/** Everything modified since the last poll and a little before, up to a moment ago. */
export async function* poll(context: PollContext): AsyncGenerator<PollPage> {
  let position = resumed(context.resume) ?? start(context);
  const sent = new Set<string>();
  for (let restarts = 0; restarts < MAX_RESTARTS; ) {
    const rows = await listOrders(context, position, position.skip);
    const items = rows.filter((row) => !isCart(Number(textOf(member(row, 'OrderStatusId')))) && isNew(row, sent));
    const next = follow(position, rows);
    const page = { items: items.map((body) => ({ topic: 'order', body })) };
    if (next === null) return yield { ...page, resume: null, watermark: position.until };
    yield { ...page, resume: JSON.stringify(next) };
    if (position.skip > 0 && next.skip === 0 && next.from === position.from) restarts += 1;
    position = next;
  }
  throw new RetryableError({ code: 'paging_unstable', description: 'the list of orders changed at every page' });
}

function start({ watermark, now, connection }: PollContext): Position {
  const { overlapMinutes, since, timeZone } = Settings.parse(connection.settings);
  const until = new Date(Math.floor((now().getTime() - LAG_MS) / 1000) * 1000).toISOString();
  const from = watermark
    ? Date.parse(watermark) - overlapMinutes * 60_000
    : Date.parse(since ?? '1970-01-01T00:00:00Z');
  const earliest = new Date(Math.min(from, Date.parse(until))).toISOString();
  return { until, ...windowOf(earliest, until, timeZone), skip: 0, seen: null };
}

/**
 * The next page, null after the last. It begins at the last second read rather than after so many orders: one that is
 * modified meanwhile leaves the window, and all behind it move up. Only within one second orders are counted, and
 * there the last one seen must be met again, or that second is read anew.
 */
function follow(position: Position, rows: readonly unknown[]): Position | null {
  const { from, skip, seen } = position;
  if (seen !== null && numberOf(rows[0]) !== seen) return { ...position, skip: 0, seen: null };
  if (rows.length < PAGE) return null;
  const last = textOf(member(rows.at(-1), 'ModifiedDate'))
    .replace(' ', 'T')
    .slice(0, 19);
  if (last > from && last <= position.to) return { ...position, from: last, skip: 0, seen: null };
  return { ...position, skip: skip + rows.length - 1, seen: numberOf(rows.at(-1)) };
}

/** False for a state that this poll has sent: pages overlap, and a second may be read anew. */
function isNew(row: unknown, sent: Set<string>): boolean {
  const state = `${numberOf(row)} ${textOf(member(row, 'ModifiedDate'))}`;
  if (numberOf(row) === '' || !sent.has(state)) return Boolean(sent.add(state));
  return false;
}

const numberOf = (row: unknown): string => textOf(member(row, 'OrderNumber'));

function resumed(resume: string | null): Position | null {
  try {
    return Position.parse(JSON.parse(resume ?? ''));
  } catch {
    return null;
  }
}
