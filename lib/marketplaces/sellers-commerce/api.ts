import { BlockedError, type IntegrationError, RejectedError, RetryableError } from '#lib/platform/errors';
import { describe, type HttpResponse } from '#lib/platform/http/classify';
import type { HttpRequest } from '#lib/platform/http/client';
import * as z from '#lib/platform/zod';
import type { RemoteContext } from '../action.ts';
import { checkDone, readThing, unclearAnswer } from '../kit/answers.ts';
import { applyFields } from '../kit/fields.ts';
import { isObject, member, rowsIn, textOf } from '../kit/json.ts';
import {
  anything,
  count,
  each,
  id,
  integer,
  itemsOf,
  looseText,
  looseTexts,
  optional,
  optionalId,
  optionalObject,
  optionalText,
  price,
  reading,
  readShape,
  spelled,
  unreadable,
} from '../kit/shape.ts';
import { idIn, type Table } from '../kit/tables.ts';
import { RETURNS, STATUSES } from './statuses.ts';
import { grantsOf } from './token.ts';

const numberIn = (table: Table) =>
  z.pipe(
    z.transform((value) => idIn(table, textOf(value)) ?? value),
    integer,
  );

const Address = spelled(() => ({
  ...looseTexts('AddressName', 'FirstName', 'LastName', 'CompanyName', 'Company', 'Phone'),
  ...looseTexts('AddressLine1', 'AddressLine2', 'City', 'StateCode', 'CountryCode', 'ZipCode'),
}));

/** The document's sample is a list: one named for shipping comes first, and one for the bill last. */
const ShipTo = z.pipe(
  reading((value) => (Array.isArray(value) ? value.toSorted((a, b) => rankOf(b) - rankOf(a)) : value)),
  optionalObject(Address, 'AddressLine1'),
);
const isNamed = (address: unknown, words: RegExp): boolean =>
  ['AddressType', 'Type', 'AddressName'].some((name) => words.test(textOf(member(address, name))));
/** A name may be a buyer's, such as Billy's or Shipley House. */
const SHIPPING = /ship(ping|ment|[ _-]?address|[ _-]?to\b)|\bship\b|deliver/i;
const BILLING = /bill(ing\b|[ _-]?address|[ _-]?to\b)|\bbill\b|invoice/i;
const rankOf = (address: unknown): number => Number(isNamed(address, SHIPPING)) - Number(isNamed(address, BILLING));

/** Units must be readable: none would mean all. */
const Items = optional(itemsOf(spelled(() => ({ SkuCode: id, Quantity: count }))));

/** The document has only the Id columns and their tables; the other keys are our assumption. Amounts in major units. */
export const Order = spelled(() => ({
  OrderNumber: id,
  OrderStatusId: numberIn(STATUSES),
  /** A number, or a name from the table; 0 means none. */
  ...looseTexts('PaymentStatusId', 'PaymentMethodId', 'CarrierId', 'ServiceTypeId'),
  ...each(anything, 'OrderPlacedDate', 'CreatedDate', 'ModifiedDate'),
  CurrencyCode: optionalText,
  ...looseTexts('Email', 'Comments', 'AuthorizationCode', 'TransactionNumber'),
  ...{ ShippingAddress: ShipTo, Address: ShipTo, BillingAddress: optionalObject(Address, 'AddressLine1') },
  /** A list may show orders without their items. */
  OrderItems: z.nullish(
    itemsOf(
      spelled(() => ({
        OrderItemId: optionalId,
        SkuCode: optionalId,
        ProductName: looseText,
        Quantity: integer,
        UnitPrice: price,
        ...each(anything, 'TaxAmount', 'Embellishments', 'Attributes'),
      })),
    ),
  ),
  ...each(anything, 'ShippingAmount', 'TaxAmount', 'DiscountAmount', 'OrderTotal'),
  /** The parcels reported so far, if the store shows them. */
  ShippingInformation: optional(itemsOf(spelled(() => ({ Items })))),
}));
export type Order = z.infer<typeof Order>;

/** A return request. "Return Status ID" has a table; the other keys are our assumption. */
export const Return = spelled(() => ({
  ...{ ReturnNumber: id, OrderNumber: id, ReturnStatusId: numberIn(RETURNS), Items },
  ...{ ReturnTypeId: looseText, Reason: looseText, ModifiedDate: anything },
}));

export const Sku = spelled(() => ({ SkuCode: id, ProductName: looseText, Inventory: looseText }));

/** What decides whether an order may be moved on or captured. */
const State = spelled(() => ({
  ...{ OrderNumber: id, OrderStatusId: numberIn(STATUSES) },
  ...looseTexts('PaymentStatusId', 'AuthorizationCode', 'TransactionNumber'),
}));

/** Processed, and "Already exists for current request". */
const DONE = [20, 33];
/** "Payment data already exist", "Requested Order alredy captured": the payment is as it should be. */
const PAID_ALREADY = [27, 28];
const [PROVIDER_MISSING, FAILED] = [21, 29];
/** The codes are 20 to 36; the document has no 23. */
const CODE = /^(?:2[0-24-9]|3[0-6])$/;

/**
 * Judges an answer by its own code, whatever the HTTP status: "While the text for an error message may change, the
 * codes will stay the same." Without a known code: neither done nor refused. `alsoDone`: codes that mean done here.
 */
function judge({ status, body }: HttpResponse, alsoDone: readonly number[] = []) {
  const all = [body].flat(Infinity).map(readAnswer);
  const answers = all.filter(({ code }) => code !== null);
  const undone = answers.find(({ code }) => ![...DONE, ...alsoDone].includes(code ?? 0));
  // 204 has no place for a code.
  return { isDone: status === 204 || (answers.length > 0 && !undone), refusal: undone ? refuse(undone, status) : null };
}

function refuse({ code, words }: ReturnType<typeof readAnswer>, httpStatus: number): IntegrationError {
  const detail = { code: `response_${code}`, description: words.slice(0, 500), httpStatus };
  if (code === PROVIDER_MISSING) {
    const description = `${detail.description}: ask SellersCommerce which account these keys and this baseUrl are for, and correct them`;
    return new BlockedError({ ...detail, description }, 'connection');
  }
  return code === FAILED ? new RetryableError(detail) : new RejectedError(detail);
}

const Answer = spelled(() => looseTexts('StatusCode', 'Results', 'ResponseMessage'));
/** The text of code 20; it counts as 20 in an answer without a code. */
const PROCESSED = /^processed( successfully)?\W*$/i;

function readAnswer(answer: unknown): { code: number | null; words: string } {
  const { StatusCode = '', ...texts } = readShape(Answer, isObject(answer) ? answer : { Results: answer });
  const words = [texts.Results, texts.ResponseMessage].filter((word) => word !== undefined);
  const byWords = words.some((word) => PROCESSED.test(word)) ? 20 : null;
  return { code: CODE.test(StatusCode) ? Number(StatusCode) : byWords, words: words.join(': ') };
}

type Caller = Pick<RemoteContext, 'http' | 'secrets' | 'token' | 'now'>;

export const PAGE = 100;

/** A list that is read in pages, by a time column if it has one. */
export interface List {
  path: '/api/order/getall' | '/api/return/getall' | '/api/product/getallproductskus';
  column?: string;
}

/** A page of a list, oldest first; `at`: when it was sent. `isKnown`: the store has shown rows, so null stands for none. */
export async function listPage(
  caller: Caller,
  { path, column }: List,
  { from, to, skip }: { from: string; to?: string | undefined; skip: number },
  { rawQuery, isKnown }: { rawQuery: string | undefined; isKnown: boolean },
): Promise<{ rows: unknown[]; at: string | null; problem?: string }> {
  const until = to ? ` and ${column} lt datetime'${to}'` : '';
  const query = column
    ? { $filter: `${column} ge datetime'${from}'${until}`, $orderby: column, $top: PAGE, $skip: skip }
    : { top: PAGE, skip };
  const { status, body, headers } = await call(caller, { method: 'GET', path, query, rawQuery });
  const isEmpty = status === 204 || (isKnown && WRAPPERS.some((name) => member(body, name) === null));
  const rows = rowsIn(body, WRAPPERS, 'OrderNumber') ?? (isEmpty ? [] : undefined);
  if (!rows) throw unreadable('Results', `expected a list, here or as the body${NULLS}`);
  const values = rows.flatMap((row) => (isObject(row) ? Object.values(row) : [row]));
  if (rows.length > 0 && values.every((value) => value === null))
    throw unreadable('Results', `holds nothing but null values${NULLS}`);
  const at = Date.parse(headers.get('date') ?? '');
  return { rows, at: Number.isNaN(at) ? null : new Date(at).toISOString() };
}

/** "Each API response is wrapped in a standard structure": the document shows Results; OData has value and d. */
const WRAPPERS = 'Results results Result value $values d data Data Orders OrderList Order Items'.split(' ');

const NULLS = '; without its "additional query line" the store answers null values: set settings.query to it';

/** GET /api/order/get/{ordernumber} */
export async function getOrder(caller: Caller, ordernumber: string): Promise<object> {
  const path = '/api/order/get/{ordernumber}';
  return readThing(await call(caller, { method: 'GET', path, params: { ordernumber } }), WRAPPERS, 'OrderNumber');
}

/** The same, mapped by `settings.fields`, as it does not pass through map(); `readState`: only its statuses. */
export const readOrder = async (remote: RemoteContext, number: string): Promise<unknown> =>
  applyFields(await getOrder(remote, number), remote.connection.settings.fields).body;
export const readState = async (remote: RemoteContext, number: string) =>
  readShape(State, await readOrder(remote, number));

export type Pieces = { SkuCode: string; Quantity: number };

export interface ShippingInformation {
  OrderNumber: string;
  CarrierId: number;
  ServiceTypeId?: number;
  TrackingNumber: string;
  ShippedDate: string;
  Items: Pieces[];
}

/** POST /api/order/shippinginformation */
export const postShipping = (caller: Caller, json: ShippingInformation): Promise<void> =>
  post(caller, '/api/order/shippinginformation', json);

/** POST /api/order/updateorderstatus: "from placed to processing". */
export const postStatus = (caller: Caller, json: { OrderNumber: string; OrderStatusId: number }): Promise<void> =>
  post(caller, '/api/order/updateorderstatus', json);

/** POST /api/order/paymentinformation: "from authorized to capture". */
export const postPayment = (
  caller: Caller,
  json: { OrderNumber: string; TransactionNumber: string; AuthorizationCode: string },
): Promise<void> => post(caller, '/api/order/paymentinformation', json, PAID_ALREADY);

/** POST /api/product/updateskuinventory: nothing can read it back, so "200 OK Success!" counts without a code. */
export const postInventory = async (caller: Caller, json: Array<{ SkuCode: string; Inventory: number }>) =>
  checkDone(await call(caller, { method: 'POST', path: '/api/product/updateskuinventory', json }));

async function post(caller: Caller, path: string, json: unknown, alsoDone?: readonly number[]): Promise<void> {
  const response = await call(caller, { method: 'POST', path, json }, alsoDone);
  if (judge(response, alsoDone).isDone) return;
  // The store may have done it: the probe finds out.
  throw unclearAnswer(describe(response), response.status);
}

/** Sends with the connection's token; a refused one is renewed, twice at most as the new one may lapse before use. */
async function call(caller: Caller, request: HttpRequest, alsoDone?: readonly number[]): Promise<HttpResponse> {
  const grants = grantsOf(caller);
  const send = async (token: string, renewals: number): Promise<HttpResponse> => {
    // "Every request, including JSON, must have a Content-Type".
    const headers = { authorization: `bearer ${token}`, 'content-type': 'application/json' };
    const accepts = (response: HttpResponse) => judge(response, alsoDone).isDone;
    const refusal = (response: HttpResponse) => judge(response, alsoDone).refusal;
    try {
      return await caller.http.request({ ...request, headers, accepts, refusal });
    } catch (error) {
      const isRefused = error instanceof BlockedError && error.code === 'http_401';
      const renewed = isRefused && renewals < 2 ? await caller.token(grants, token) : token;
      if (renewed === token) throw error;
      return send(renewed, renewals + 1);
    }
  };
  const response = await send(await caller.token(grants), 0);
  const { refusal } = judge(response, alsoDone);
  if (refusal) throw refusal;
  return response;
}
