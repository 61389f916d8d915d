/** Why the hub may not send secrets to this address; undefined for https, and for http to this very machine. */
export function objectionToUrl(text: string): string | undefined {
  const { protocol, hostname, username, password, search, hash } = new URL(text);
  if (username || password) return 'must not hold a user or password: put them under secrets';
  if (search || text.includes('?')) return 'must end before any "?": each call adds its own query';
  if (hash || text.includes('#')) return 'must not have a "#" part';
  if (protocol === 'http:' && !isLoopback(hostname))
    return 'must be https: http would show secrets and buyers to everybody on the way';
  return undefined;
}

const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' ||
  hostname.endsWith('.localhost') ||
  hostname === '[::1]' ||
  /^127(\.\d{1,3}){3}$/.test(hostname);

/** What an HTTP header can carry. */
const PRINTABLE = /^[\u0020-\u007e\u00a0-\u00ff]*$/;

/** Why a secret cannot be what the marketplace gave out; `verifies`: webhooks are checked with it, no call carries it. */
export function objectionToSecret(secret: string, verifies: boolean): string | undefined {
  if (secret.trim() === '') return 'must not be blank';
  if (secret !== secret.trim() || /[\r\n]/.test(secret)) return 'has a blank or line break around it: paste it again';
  if (/\p{C}/u.test(secret)) return 'has a character that cannot be seen: paste it again as plain text';
  if (!verifies && !PRINTABLE.test(secret))
    return 'has a character that no header can carry: paste it again as plain text';
  return undefined;
}

export const MIN_SECRET_LENGTH = 16;

/** A base URL fit to show: without user and password, which are secrets. */
export function withoutUserInfo(baseUrl: string): string {
  if (!URL.canParse(baseUrl)) return '';
  const url = new URL(baseUrl);
  if (!url.username && !url.password) return baseUrl;
  return Object.assign(url, { username: '', password: '' }).href;
}
