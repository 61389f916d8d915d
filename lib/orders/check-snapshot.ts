import { ContractError } from '#lib/platform/errors';
import { checkCurrency } from '#lib/platform/money';
import type { OrderSnapshot } from './order.ts';

/**
 * Throws ContractError, naming the field, for a snapshot no valid UCP order can be made of.
 * Connectors map text and shapes; these are the laws that hold whichever marketplace speaks.
 */
export function checkSnapshot({ currency, lines, amounts }: OrderSnapshot): void {
  checkCurrency(currency, 'currency');
  const ids = new Set<string>();
  for (const [index, { id, quantity, fulfilled = 0, unitPrice, total = 0 }] of lines.entries()) {
    const at = `lines[${index}]`;
    if (id === '' || ids.has(id)) throw refused(`${at}.id`, 'must be there and differ from the other lines');
    ids.add(id);
    checkCount(quantity, `${at}.quantity`);
    checkCount(fulfilled, `${at}.fulfilled`);
    checkCount(unitPrice, `${at}.unitPrice`);
    checkCount(unitPrice * quantity, `${at}.unitPrice`);
    checkWhole(total, `${at}.total`);
  }
  checkCount(amounts.fulfillment, 'amounts.fulfillment');
  checkCount(amounts.tax, 'amounts.tax');
  checkWhole(amounts.discount, 'amounts.discount');
  checkWhole(amounts.total, 'amounts.total');
}

function checkWhole(value: number, field: string): void {
  if (!Number.isSafeInteger(value)) throw refused(field, 'must be a whole number');
}

function checkCount(value: number, field: string): void {
  checkWhole(value, field);
  if (value < 0) throw refused(field, 'must not be negative');
}

const refused = (field: string, problem: string): ContractError =>
  new ContractError({ code: 'invalid_snapshot', description: `${field} ${problem}`, field });
