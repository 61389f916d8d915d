import type { MarketplaceInfo } from '#lib/marketplaces/manifest';
import { RejectedError } from '#lib/platform/errors';

/** Where a marketplace posts a topic; where it can send nothing but a URL, the secret ends it. */
export const webhookPath = ({ name, secretInUrl }: MarketplaceInfo, connectionId: string, topic: string): string =>
  `/webhooks/${name}/${connectionId}/${topic}${secretInUrl ? '/{secret}' : ''}`;

export interface HubUrl {
  topic: string;
  url: string;
}

/** What stands in one segment of a path the same everywhere, however often it is decoded on its way. */
const PLAIN = /^[\w.~-]+$/;

/** The URLs of a connection at the hub's public address. Throws RejectedError for a secret that cannot end a URL. */
export function hubUrls(
  hub: string,
  info: MarketplaceInfo,
  connectionId: string,
  secret: string | undefined,
): HubUrl[] {
  if (info.secretInUrl && !PLAIN.test(secret ?? ''))
    throw new RejectedError({
      code: 'secret_unfit',
      description: `the webhookSecret of ${connectionId} ends its URLs: make it of letters, digits, "-", "_", "." and "~"`,
    });
  return info.topics.map((topic) => ({
    topic,
    url: hub.replace(/\/+$/, '') + webhookPath(info, connectionId, topic).replace('{secret}', secret ?? ''),
  }));
}

/** A URL as it may be shown: what could be a secret (the last segment, a query, a user) is left out. */
export function hideSecret(url: string): string {
  return url
    .replace(/[?#].*$/s, '?…')
    .replace(/\/\/[^/@]*@/, '//')
    .replace(/\/[^/?]*(\?…)?$/, '/…');
}
