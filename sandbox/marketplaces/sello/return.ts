import { refuse } from './answers.ts';
import { RETURN_STATUSES, type Return, type Row } from './order.ts';

const LONGEST_REASON = 100;
const ZALANDO_REASON = /^reason_([0-6]|9|10)$/;

interface Circumstances {
  at: Date;
  /** The order's marketplace takes only its own reasons. */
  zalando: boolean;
}

/** Reads a return and checks that it may follow what the row has: first pending, then accepted or declined. */
export function checkReturn(given: Record<string, unknown>, row: Row, { at, zalando }: Circumstances): Return {
  const { status_reason: reason, quantity_returned: pieces } = given;
  const status = RETURN_STATUSES.find((known) => known === given.status);
  if (!status) throw refuse(400, `status must be one of: ${RETURN_STATUSES.join(', ')}`);
  if (typeof reason !== 'string' || reason === '' || reason.length > LONGEST_REASON) {
    throw refuse(400, `status_reason is required, at most ${LONGEST_REASON} characters`);
  }
  if (zalando && !ZALANDO_REASON.test(reason)) throw refuse(400, 'status_reason must be one of the reasons of Zalando');
  const quantity = typeof pieces === 'string' ? Number(pieces) : pieces;
  if (typeof quantity !== 'number' || !Number.isInteger(quantity) || quantity < 1 || quantity > row.quantity) {
    throw refuse(400, `quantity_returned must be between 1 and ${row.quantity}`);
  }
  const current = row.returned?.status ?? null;
  const isFirst = status === 'return_pending';
  const mayFollow = isFirst ? current === null || current === 'return_pending' : current === 'return_pending';
  if (!mayFollow) {
    throw refuse(400, `Won't register return since current status is ${current} and want to change to ${status}`);
  }
  return { status, reason, quantity, at: at.toISOString() };
}
