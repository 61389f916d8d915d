/** What connections ask of a capacity; `count` of them ask alike. */
export interface Wish {
  count: number;
  /** Asked by all of them together. */
  amount: number;
}

/**
 * What each gets of a capacity: fair queues serve who asks for little first (max-min fairness by connection); without
 * them everybody gets the same part of what it asks for.
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
