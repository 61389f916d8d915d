/** A product the sandboxes know; prices in grosz (PLN minor units). */
export interface Product {
  sku: string;
  ean: string;
  title: string;
  net: number;
  gross: number;
}

const VAT = 1.23;

/** The Polish seller's products; the warehouse in Mexico holds stock of the same ones. */
export const catalog: readonly Product[] = [
  product('MUG-RED', '5901234123457', 'Red mug', 5000),
  product('MUG-BLUE', '5901234123464', 'Blue mug', 5000),
  product('TEA-LINDEN', '5901234200011', 'Linden tea, 50 g', 2460),
  product('TOWEL-LINEN', '5901234300025', 'Linen kitchen towel', 3999),
  product('AMBER-RING', '5901234400039', 'Amber ring', 18900),
  product('BOARD-OAK', '5901234500043', 'Oak cutting board', 12999),
];

/** The net price of a gross one at the Polish rate, rounded to the grosz. */
export function netOf(gross: number): number {
  return Math.round(gross / VAT);
}

export function findProduct(sku: string): Product | undefined {
  return catalog.find((entry) => entry.sku === sku);
}

function product(sku: string, ean: string, title: string, gross: number): Product {
  return { sku, ean, title, net: netOf(gross), gross };
}
