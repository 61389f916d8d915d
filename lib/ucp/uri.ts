const NOT_URI = /%(?![0-9a-f]{2})|[^\w\-.~:/?#[\]@!$&'()*+,;=%]/gi;

/**
 * A web address as the URI that UCP wants: percent-encoded, http or https only. Undefined for anything else, so that a
 * shipper's odd link never makes an order invalid.
 */
export function toUri(address: string | undefined): string | undefined {
  if (!address || !URL.canParse(address)) return undefined;
  const { protocol, href } = new URL(address);
  if (protocol !== 'https:' && protocol !== 'http:') return undefined;
  return href.replace(NOT_URI, encodeURIComponent);
}
