import { sumByLine } from '#lib/orders/line-quantities';
import { externalIdsOf } from '#lib/orders/split';
import { RejectedError } from '#lib/platform/errors';
import * as z from '#lib/platform/zod';
import type { FollowUpInput, ProbedAction, RemoteContext, RequestAction } from '../action.ts';
import { askForEach } from '../kit/answers.ts';
import { listRowIds, putReturn, separateRow } from './api.ts';

const id = z.string().check(z.regex(/^\d{1,18}$/, 'must be an id of Sello'));

const SeparateRows = z.strictObject({ orderId: id, rowIds: z.array(id).check(z.minLength(1), z.maxLength(20)) });

/** Each row becomes an order of its own at Sello. */
const separateRows: RequestAction<z.infer<typeof SeparateRows>> = {
  Input: SeparateRows,
  summary: 'Separates rows from an order, each into an order of its own.',
  async push(context, { orderId, rowIds }) {
    const present = await listRowIds(context, orderId);
    const open = rowIds.filter((row) => present.includes(row));
    // A broken-off attempt may have separated some of the rows; if none is left, the request is wrong.
    if (open.length === 0)
      throw new RejectedError({
        code: 'no_such_row',
        description: `order ${orderId} has none of rows ${rowIds.join(', ')}`,
      });
    const made: string[] = [];
    for (const row of open) made.push(await separateRow(context, orderId, row));
    return { remoteId: made.join(', ') };
  },

  async probe(context, { orderId, rowIds }) {
    const present = await listRowIds(context, orderId);
    if (rowIds.some((row) => present.includes(row))) return null;
    return { note: `order ${orderId} no longer has the rows at Sello: taken as separated` };
  },
};

const MAX_REASON = 100;

const Return = z.strictObject({
  orderId: id,
  rowId: id,
  // The document's text says return_denied, its table return_declined.
  status: z.enum(['return_pending', 'return_accepted', 'return_declined']),
  /** Some marketplaces take only values of their own: `reason_0` to `reason_10` at Zalando. */
  reason: z.string().check(z.trim(), z.minLength(1), z.maxLength(MAX_REASON)),
  quantity: z.int().check(z.minimum(1)),
});
type Return = z.infer<typeof Return>;

const takeBack: RequestAction<Return> = {
  Input: Return,
  summary: 'Registers or decides the return of a row.',
  push: (context, asked) => decide(context, asked),

  /** A return's status cannot be read; setting the one it has again is harmless. */
  probe: async () => null,
};

/**
 * Registers the return first, as Sello's document demands, and then decides it; a return that Sello has is only decided.
 * `more`: Sello has a return of fewer units for the row, so having this status does not mean it knows of these.
 */
async function decide(context: RemoteContext, { more = false, ...asked }: Return & { more?: boolean }) {
  const current = (await tryReturn(context, asked, 'return_pending')) ?? 'return_pending';
  if (current === asked.status && !more) return {};
  if (asked.status === 'return_pending' || (DECIDED.has(current) && !more)) throw refused(asked, current);
  const still = await tryReturn(context, asked, asked.status);
  if (still !== null && (more || still !== asked.status)) throw refused(asked, still);
  return {};
}

const DECIDED = new Set(['return_accepted', 'return_declined', 'return_denied']);
const WRONG_STATE = /^Won't register return since current status is (.*?) and want to change to/;

/** Null if Sello took it, else the return's status, which does not allow the new one. */
async function tryReturn(context: RemoteContext, asked: Return, status: Return['status']): Promise<string | null> {
  const { orderId, rowId, reason, quantity } = asked;
  try {
    await putReturn(context, orderId, rowId, { status, status_reason: reason, quantity_returned: quantity });
    return null;
  } catch (error) {
    const current = error instanceof RejectedError ? WRONG_STATE.exec(error.detail.description)?.[1] : undefined;
    if (current === undefined) throw error;
    return current;
  }
}

const refused = ({ rowId, status, quantity }: Return, current: string): RejectedError =>
  new RejectedError({
    code: 'return_state',
    description: `the return of row ${rowId} is ${current} and cannot become ${status} of ${quantity}`,
    httpStatus: 400,
  });

/** "On some marketplace, you MUST use specific status_reason values": at Zalando, `reason_0` stands for other words. */
function reasonFor({ history }: FollowUpInput['order'], words: string | null | undefined): string {
  const isOwn = /^reason_\d{1,2}$/.test(words ?? '');
  if (/zalando/i.test(history.snapshot.market?.name ?? '') && !isOwn) return 'reason_0';
  return (words || 'Returned').slice(0, MAX_REASON);
}

/** Accepts each row of a return that somebody else took in, with all units of the row that came back so far. */
export const returned: ProbedAction<FollowUpInput> = {
  async push(context, { order, about }) {
    const { returns = [], externalId } = order;
    const accepted = returns.find(({ id }) => id === about);
    const homes = externalIdsOf(order);
    const units = sumByLine(returns.flatMap(({ lineItems }) => lineItems));
    await askForEach(accepted?.lineItems ?? [], async ({ id: rowId, quantity: these }) => {
      const quantity = units.get(rowId) ?? these;
      const reason = reasonFor(order, accepted?.reason);
      const orderId = homes.get(rowId) ?? externalId;
      const more = quantity > these;
      await decide(context, { orderId, rowId, status: 'return_accepted', reason, quantity, more });
    });
    return {};
  },

  /** As for any return, repeating it is harmless. */
  probe: async () => null,
};

export const requests: Readonly<Record<string, RequestAction>> = {
  'separate-rows': separateRows,
  return: takeBack,
};
