/** What connections want of a capacity; `count` of them want the same. */
export interface Wish {
  count: number;
  /** The amount that all of them want together. */
  amount: number;
}

/**
 * What each gets of a capacity: with fair queues, those who want little are served first (max-min fairness by
 * connection); otherwise everyone gets the same share of what they want.
 */
export function share(wishes: readonly Wish[], capacity: number, fair: boolean): number[] {
  const total = wishes.reduce((sum, { amount }) => sum + amount, 0);
  if (total <= capacity) return wishes.map(({ amount }) => amount);
  if (!fair) return wishes.map(({ amount }) => (amount * capacity) / total);
  const got = wishes.map(() => 0);
  const byNeed = wishes
    .map((wish, index) => ({ ...wish, index }))
    .sort((a, b) => a.amount / a.count - b.amount / b.count);
  let left = capacity;
  let connections = wishes.reduce((sum, { count }) => sum + count, 0);
  for (const { index, count, amount } of byNeed) {
    const part = Math.min(amount, (left * count) / connections);
    got[index] = part;
    left -= part;
    connections -= count;
  }
  return got;
}
