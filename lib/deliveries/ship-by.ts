/** Something with the instant by which an order must ship; null or absent where the sales channel names none. */
interface Dated {
  shipBy?: string | null;
}

/** The earliest ship-by first, those without one last. */
export function compareShipBy({ shipBy: a }: Dated, { shipBy: b }: Dated): number {
  if (!a || !b) return Number(!a) - Number(!b);
  return a < b ? -1 : Number(a > b);
}

/** Whether the time to ship has passed. */
export const isPast = ({ shipBy }: Dated, now = new Date()): boolean => !!shipBy && shipBy <= now.toISOString();
