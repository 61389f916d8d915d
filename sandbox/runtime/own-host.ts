/** Whether a URL's host name is this machine's own: no stranger's page can have a name like that. */
export const isLoopback = (hostname: string): boolean => /^(127\.0\.0\.1|localhost|\[::1\])$/.test(hostname);

/**
 * Whether a request's Host header names this machine, or the public address. With any other name, the request may be a
 * stranger's page's, sent by a browser because the stranger's name resolves to this machine (DNS rebinding).
 */
export function isOwnHost(host: string | undefined, publicUrl?: string): boolean {
  const url = /^[\w.:[\]-]+$/.test(host ?? '') ? URL.parse(`http://${host}`) : null;
  return url !== null && (isLoopback(url.hostname) || url.hostname === URL.parse(publicUrl ?? '')?.hostname);
}
