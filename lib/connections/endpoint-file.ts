import { addressIn, isInside } from '#lib/platform/http/inside';
import { ENDPOINT } from '#lib/platform/names';
import * as z from '#lib/platform/zod';
import type { Secrets } from './connection.ts';
import { type AskedEndpoint, ChangeType, isChangeType, Profile } from './endpoint-schema.ts';

/** An endpoint as a file has it; without secrets in the file it keeps those that the hub has. */
export interface FileEndpoint {
  endpoint: AskedEndpoint;
  secrets?: Secrets;
}

/** Bytes of a key, as Standard Webhooks 1.0.0 wants them. */
const KEY_BYTES = { least: 24, most: 64 };
const isSecret = (text: string): boolean => {
  const [, key = ''] = /^whsec_([\w+/]+={0,2})$/.exec(text) ?? [];
  const { length } = Buffer.from(key, 'base64');
  return length >= KEY_BYTES.least && length <= KEY_BYTES.most;
};
const Secret = z
  .string()
  .check(z.refine(isSecret, 'must be whsec_ and 24 to 64 bytes in base64: longshore endpoints add makes one'));

/** The name of a connection or an endpoint. */
export const Name = z
  .string()
  .check(z.regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and dashes'));

const Members = z.strictObject({
  id: Name,
  url: z.url({ protocol: /^https?$/, error: 'must be an https URL' }),
  profile: z._default(Profile, 'standard-webhooks'),
  types: z._default(
    z.array(
      z.string().check(z.refine(isChangeType, `must be such as order.*, or one of ${ChangeType.options.join(', ')}`)),
    ),
    [],
  ),
  payload: z.optional(z.enum(['thin', 'full'])),
  secrets: z.optional(z.strictObject({ signingSecret: Secret, previousSigningSecret: z.optional(Secret) })),
});
type Members = z.infer<typeof Members>;

const notForUcp = (member: 'secrets' | 'payload', error: string) =>
  z.refine<Members>((entry) => entry.profile !== 'ucp' || entry[member] === undefined, { path: [member], error });

export const EndpointEntry = Members.check(
  notForUcp('secrets', 'is not for the profile ucp, which the hub signs with its own key'),
  notForUcp('payload', 'is not for the profile ucp, which is sent whole orders'),
);

export function readEndpoint({ secrets, payload = 'thin', ...endpoint }: Members): FileEndpoint {
  const given = Object.entries(secrets ?? {}).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return { endpoint: { ...endpoint, payload }, ...(secrets && { secrets: Object.fromEntries(given) }) };
}

/** A domain that only exists inside a network, or a name of one word; a trailing dot changes nothing. */
const INSIDE_NAME = /(^|\.)(localhost|internal|local|home\.arpa)\.*$|^[^.]+\.*$/;

/** Why the hub may not push to this URL, as far as that shows without resolving it; undefined where it may. */
export function objectionToEndpoint(text: string, isLocal: boolean): string | undefined {
  const url = new URL(text);
  const address = addressIn(url);
  const isLoopback = url.hostname === 'localhost' || (address !== undefined && isOwn(address));
  if (url.username || url.password) return 'must not hold a user or password: messages are signed';
  if (url.hash) return 'must not have a "#" part';
  if (isLoopback)
    return isLocal
      ? undefined
      : 'leads to the hub’s own machine: only a hub on yours may push to the machine it runs on';
  if (!address && INSIDE_NAME.test(url.hostname)) return 'has a name that only a network inside knows';
  if (address && isInside(address, { loopback: true })) return LEADS_INSIDE;
  return url.protocol === 'https:' ? undefined : 'must be https: http would show orders to everybody on the way';
}

/** Private, link-local and metadata addresses: wherever the hub runs, only insiders should reach them. */
export const LEADS_INSIDE =
  'leads to an address inside a network, such as a private one or a cloud’s metadata: no hub pushes there';

const isOwn = (address: string): boolean =>
  isInside(address, { loopback: false }) && !isInside(address, { loopback: true });

/** Endpoints and connections share one set of names, as deliveries name both in one member. */
export const isTaken = (id: string, connections: Iterable<string>): boolean => [ENDPOINT, ...connections].includes(id);
