import type { Known } from './list.ts';
import { isSold } from './product.ts';
import type { StockExplanation } from './product-schema.ts';
import { bufferOf, type Counted, type StockNetwork, sumUnits, toldTo } from './stock.ts';

/** Why a SKU's number is what it is, in the words of each part of it. */
export function explainStock(sku: string, { products, counted }: Known, network: StockNetwork): StockExplanation {
  const forSale = sumUnits(counted);
  const warehouses = counted.map(explainWarehouse);
  const channels = products.flatMap(({ connection: id }) => {
    const connection = network.connections.get(id);
    if (!connection || !network.roleOf(connection.marketplace).takesStock) return [];
    const told = forSale === null ? null : toldTo(connection, forSale);
    return [{ connection: id, buffer: bufferOf(connection), told }];
  });
  const sum =
    forSale === null
      ? `No warehouse said how many of ${sku} there are.`
      : `${forSale === 1 ? '1 unit' : `${forSale} units`} of ${sku} for sale.`;
  const told = channels
    .filter(({ buffer }) => buffer > 0 && forSale !== null)
    .map(({ connection, buffer, told }) => `${connection} is told ${told}, as ${buffer} are held back from it.`);
  const sentence = [sum, ...warehouses.map(sentenceOf), ...told].join(' ');
  return { sku, sentence, forSale, warehouses, channels };
}

type Warehouse = StockExplanation['warehouses'][number];

function explainWarehouse({ product, units, reserved }: Counted): Warehouse {
  const { connection, quantity = null, updatedAt } = product;
  const counts = Math.max(0, (units ?? 0) - reserved);
  return { connection, quantity, sells: isSold(product), reserved, counts, updatedAt };
}

function sentenceOf({ connection, quantity, sells, reserved, updatedAt }: Warehouse): string {
  if (quantity === null) return `${connection} never said a number.`;
  const said = `${connection} said ${quantity} at ${updatedAt}`;
  if (!sells) return `${said}, and does not sell them: they do not count.`;
  return reserved > 0 ? `${said}, of which ${reserved} were just sold.` : `${said}.`;
}
