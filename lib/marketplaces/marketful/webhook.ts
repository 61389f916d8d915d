import type { Webhook } from '../contract.ts';
import { readForm } from '../kit/form.ts';
import { knowsSecret, provesSecret, secretEvidence } from '../kit/webhook-secret.ts';
import { info } from './manifest.ts';

// Marketful signs nothing: the secret is in the URL that we register with POST /webhooks/crear.
export const webhook: Webhook = {
  info,
  authenticate: ({ rest }, { secrets }) => knowsSecret(rest[0], secrets) && rest.length === 1,
  evidence: ({ rest, body }) => (rest.length === 1 ? secretEvidence(rest[0], body) : undefined),
  // The document shows no body: it may be a form.
  readOther: readForm,
  admits: (evidence, body, { secrets }) => provesSecret(evidence, body, secrets),
};
