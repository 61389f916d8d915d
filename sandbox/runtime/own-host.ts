/** Whether a URL's host name is this machine's own, which no page of a stranger can have its name lead to. */
export const isLoopback = (hostname: string): boolean => /^(127\.0\.0\.1|localhost|\[::1\])$/.test(hostname);

/**
 * Whether a request's Host header names this machine, or the address under which others reach it. With any other name
 * a browser sends us what a stranger's page asks for, whose name leads here (DNS rebinding).
 */
export function isOwnHost(host: string | undefined, publicUrl?: string): boolean {
  const url = /^[\w.:[\]-]+$/.test(host ?? '') ? URL.parse(`http://${host}`) : null;
  return url !== null && (isLoopback(url.hostname) || url.hostname === URL.parse(publicUrl ?? '')?.hostname);
}
