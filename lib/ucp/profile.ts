import { publicJwk, publishedKeys, type UcpKey } from './keys.ts';
import { UCP_VERSION } from './order.ts';

/** Where the hub's profile is; `UCP-Agent` names it in everything the hub sends. */
export const profileUrl = (hub: string): string => `${hub}/.well-known/ucp`;

/** The path below which UCP's own operations are. */
export const UCP_PATH = `/ucp/${UCP_VERSION}`;

const SITE = `https://ucp.dev/${UCP_VERSION}`;
const version = UCP_VERSION;

/** The hub's capability, which its answers and messages name. */
const ORDER_CAPABILITY = 'dev.ucp.shopping.order';

/** The business profile (`discovery/profile_schema.json`) of a hub at this address: orders, and the keys it signs with. */
export const businessProfile = (hub: string, keys: readonly UcpKey[], now = Date.now()) => ({
  ucp: {
    version,
    services: {
      'dev.ucp.shopping': [
        {
          ...{ version, transport: 'rest', endpoint: `${hub}${UCP_PATH}` },
          spec: `${SITE}/specification/overview`,
          schema: `${SITE}/services/shopping/rest.openapi.json`,
        },
      ],
    },
    capabilities: {
      [ORDER_CAPABILITY]: [
        { version, spec: `${SITE}/specification/order`, schema: `${SITE}/schemas/shopping/order.json` },
      ],
    },
    // The hub itself sells nothing.
    payment_handlers: {},
  },
  signing_keys: publishedKeys(keys, now).map(publicJwk),
});

/** `error_response.json`, as order.md shows it. */
export const ucpError = (code: string, content: string) => ({
  ucp: { version, status: 'error' as const, capabilities: { [ORDER_CAPABILITY]: [{ version }] } },
  messages: [{ type: 'error' as const, code, severity: 'unrecoverable', content }],
});
