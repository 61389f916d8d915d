/** From here on a reset is a Unix instant: as seconds to wait it would be months. */
const INSTANT_FROM = 1e7;
/** From here on an instant is in milliseconds. */
const MILLISECONDS_FROM = 1e11;

/** Whether the answer says that it was the last call of the remote's window. */
export const isUsedUp = (headers: Headers): boolean => /^0+$/.test(headers.get('x-ratelimit-remaining')?.trim() ?? '');

/** Seconds until the window of `X-RateLimit-Reset` ends; vendors write seconds or an instant. Null without it. */
export function secondsUntilReset(headers: Headers, now = Date.now()): number | null {
  const reset = headers.get('x-ratelimit-reset')?.trim() ?? '';
  if (!/^\d{1,15}(\.\d+)?$/.test(reset)) return null;
  const value = Number(reset);
  if (value < INSTANT_FROM) return value;
  const instant = value < MILLISECONDS_FROM ? value * 1000 : value;
  return Math.max(0, (instant - now) / 1000);
}
