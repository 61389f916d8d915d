import { Refusal } from '../refusal.ts';

/** The answer to a write; its code decides, whatever the HTTP status. */
export interface Answer {
  Results: string;
  ResponseMessage: string;
  StatusCode: number;
}

interface Coded {
  results: string;
  message: string;
  httpStatus: number;
}

// The document's table, with its spelling. It has no 23.
const CODES: Readonly<Record<number, Coded>> = {
  20: coded('Processed', 'Processed Successfully', 200),
  21: coded('ProviderNotExists', 'Provider Does Not Exist', 404),
  22: coded('UserNotExists', 'User Does Not Exist', 404),
  24: coded('OrderNotExist', 'Order Does Not Exist', 404),
  25: coded('SkuNotExist', 'Order item with provided SKU Code Does Not Exist in current order', 404),
  26: coded('InvalidQty', 'Shipment quantity is more than quantity to be shipped.'),
  27: coded('PaymenExist', 'Payment data already exist for requested order'),
  28: coded('AlreadyCaptured', 'Requested Order alredy captured'),
  29: coded('ProcessFailed', 'Process gets failed due to some internal errors'),
  30: coded('InvalidData', 'Invalid data provided'),
  31: coded('CategoryNotExist', "Category doesn't exists"),
  32: coded('ParentCategoryNotExists', "Parent Category doesn't exists"),
  33: coded('Exists', 'Already exists for current request'),
  34: coded('InvalidSku', 'Invalid SKU Data Provided'),
  35: coded(
    'BrandNotExists',
    'Brand and First level category does nor match, Brand Does not exist in our database, Please provide the correct brand name or include it in category if new',
  ),
  36: coded(
    'InsertCategoryFailed',
    'Category insertion for this product has been Failed, Please try again with valid data',
  ),
};

export const RESPONSE_CODES: readonly number[] = Object.keys(CODES).map(Number);
export const DONE = 20;

/** Body and HTTP status of a response code. `detail` is added to the message, which may change as the document says. */
export function answer(code: number, detail?: string): { httpStatus: number; body: Answer } {
  const known = CODES[code];
  if (!known) throw new Error(`the document has no response code ${code}`);
  const message = detail ? `${known.message}: ${detail}` : known.message;
  return { httpStatus: known.httpStatus, body: { Results: known.results, ResponseMessage: message, StatusCode: code } };
}

/** Ends a request with this response code. `httpStatus` replaces the table's. */
export function refuse(code: number, detail?: string, httpStatus?: number): Refusal {
  const { httpStatus: documented, body } = answer(code, detail);
  return new Refusal(httpStatus ?? documented, body);
}

/** For a query or body that cannot be read at all: the document's 400, with the code for invalid data. */
export function badRequest(detail: string): Refusal {
  return refuse(30, detail, 400);
}

export function isAnswer(body: unknown): body is Answer {
  return typeof (body as Partial<Answer> | null)?.StatusCode === 'number';
}

function coded(results: string, message: string, httpStatus = 406): Coded {
  return { results, message, httpStatus };
}
