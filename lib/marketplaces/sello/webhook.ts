import type { Webhook } from '../contract.ts';
import { knowsSecret, provesSecret, secretEvidence } from '../kit/webhook-secret.ts';
import { isWithoutId } from './event-id.ts';
import { info } from './info.ts';

// "Include a secret key in the URL you provide": Sello signs nothing.
export const webhook: Webhook = {
  info,
  authenticate: ({ rest }, { secrets }) => knowsSecret(rest[0], secrets) && rest.length === 1,
  evidence: ({ rest, body }) => (rest.length === 1 ? secretEvidence(rest[0], body) : undefined),
  admits: (evidence, body, { secrets }) => provesSecret(evidence, body, secrets),
  isTest: isWithoutId,
};
