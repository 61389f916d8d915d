import type { Webhook } from '../contract.ts';
import { knowsSecret } from '../webhook-secret.ts';
import { isWithoutId } from './event-id.ts';
import { info } from './info.ts';

// "Include a secret key in the URL you provide": Sello signs nothing.
export const webhook: Webhook = {
  info,
  authenticate: ({ rest }, { secrets }) => knowsSecret(rest[0], secrets) && rest.length === 1,
  isTest: isWithoutId,
};
