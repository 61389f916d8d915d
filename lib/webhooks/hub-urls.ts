import type { MarketplaceInfo } from '#lib/marketplaces/manifest';
import { RejectedError } from '#lib/platform/errors';

/** Where a marketplace posts a topic; if it can prove itself by nothing but the URL, the secret ends it. */
export const webhookPath = ({ name, secretInUrl }: MarketplaceInfo, connectionId: string, topic: string): string =>
  `/webhooks/${name}/${connectionId}/${topic}${secretInUrl ? '/{secret}' : ''}`;

export interface HubUrl {
  topic: string;
  url: string;
}

/** What reads the same in a path segment however often it is decoded on its way. */
const PLAIN = /^[\w.~-]+$/;

/** A connection's webhook URLs at the hub's public address. Throws RejectedError for a secret that cannot be in a URL. */
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

/** A URL fit to show: whatever could be a secret (the last segment, a query, a user) is left out. */
export function hideSecret(url: string): string {
  return url
    .replace(/[?#].*$/s, '?…')
    .replace(/\/\/[^/@]*@/, '//')
    .replace(/(?<!:\/?)\/[^/?]*\/*(\?…)?$/, '/…');
}
