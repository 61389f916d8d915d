import { RejectedError } from '#lib/platform/errors';
import { classify } from '#lib/platform/http/classify';
import type { RemoteContext } from '../action.ts';
import { unclearAnswer } from '../kit/answers.ts';
import { Page, payloadOf, readErrors } from '../kit/graphql.ts';
import { isObject, member } from '../kit/json.ts';
import { readShape, unreadable } from '../kit/shape.ts';
import { ORDER_LIST, onlyShown } from './documents.ts';
import { Changed, Order } from './schema.ts';

type Caller = Pick<RemoteContext, 'http' | 'secrets'>;
type Variables = Record<string, unknown>;

/**
 * POST <endpoint>: sends one operation; returns the value of the first field in `data`, null if there is none. The
 * connection's base URL is the whole endpoint.
 */
async function send(caller: Caller, query: string, variables: Variables): Promise<unknown> {
  const { accessToken = '', viewerId = '' } = caller.secrets;
  const operationName = /\b(?:query|mutation)\s+(\w+)/.exec(query)?.[1];
  const response = await caller.http.request({
    method: 'POST',
    path: '',
    headers: { accesstoken: accessToken, viewerid: viewerId },
    json: { query, variables, operationName },
    reads: !/\bmutation\b/.test(query),
    refusal: (answer) => (classify(answer) instanceof RejectedError ? readErrors(answer) : null),
  });
  return payloadOf(response);
}

/** "Cannot query field", as most servers say, "Field 'x' doesn't exist on type 'Y'", "Field 'x' in type 'Y' is undefined". */
const NO_FIELD =
  /cannot query field|\b(unknown|undefined) field|\bfield\b.*(n't exist|not exist|undefined|not defined)/i;

/** As `send`; if the API lacks one of the fields, once more without those that no query of the page shows. */
export async function ask(caller: Caller, document: string, variables: Variables): Promise<unknown> {
  try {
    return await send(caller, document, variables);
  } catch (error) {
    if (error instanceof RejectedError && NO_FIELD.test(error.detail.description))
      return send(caller, onlyShown(document), variables);
    throw error;
  }
}

export const listPage = async (caller: Caller, list: string, variables: Variables): Promise<Page> =>
  readShape(Page, await ask(caller, list, variables));

/** All statuses from PAID on, which have a time of payment: no order leaves a list of them while it is read. */
export const PAID_STATUSES = ['PAID', 'IN_PROGRESS', 'DELIVERED', 'CLOSED'];

/** "Customer cancelled the order", "could not pay for this order": nothing will be shipped. */
const ENDED = new Set(['CLOSED', 'EXPIRED']);

export const isEnded = ({ status, orderItems }: Order): boolean =>
  ENDED.has(status) || (orderItems.length > 0 && orderItems.every((item) => item.status === 'CANCELLED'));

export const isRefunded = (refundStatus = ''): boolean => /^(FULL|PARTIAL)_REFUNDED$/.test(refundStatus);

/** query orderList by partner_order_code: the order as the API shows it, or null. Of several, one not ended. */
export async function findOrder(caller: Caller, code: string): Promise<object | null> {
  const { nodes, length } = await listPage(caller, ORDER_LIST, { first: 20, filters: { partner_order_code: code } });
  // An order that cannot be shown exists all the same, and must not be placed again.
  if (nodes.length === 0 && length > 0) throw unreadable('orderList.edges', 'holds no order, though there is one');
  return nodes.find((order) => !isEnded(readShape(Order, order))) ?? nodes.at(-1) ?? null;
}

/** What a mutation made or changed. Throws UnknownOutcomeError if that is not shown, or still has status `before`. */
export async function change(caller: Caller, mutation: string, variables: Variables, before = ''): Promise<Changed> {
  const answer = await ask(caller, mutation, variables);
  const changed = Changed.safeParse(isObject(answer) && Object.values(answer).find((one) => member(one, 'id')));
  if (changed.success && changed.data.status !== before) return changed.data;
  throw unclearAnswer('the answer does not show what was made or changed');
}
