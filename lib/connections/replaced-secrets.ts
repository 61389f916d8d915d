import type { WebhookCredentials } from './connection.ts';

/**
 * The secrets of an endpoint that were replaced and still sign, the last first, each with its end; those of a file have
 * none. There are several where a new secret was lost and made again, while receivers know only the first. Spaces keep
 * them apart.
 */
export function replacedSecrets(
  { secrets, settings }: Pick<WebhookCredentials, 'secrets' | 'settings'>,
  at: string,
): Array<[secret: string, end: string | undefined]> {
  const ends = settings.previousUntil?.split(' ') ?? [];
  return (secrets.previousSigningSecret?.split(' ') ?? [])
    .map((secret, index): [string, string | undefined] => [secret, ends[index]])
    .filter(([, end]) => end === undefined || end > at);
}
