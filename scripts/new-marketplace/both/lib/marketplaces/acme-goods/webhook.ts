import type { Webhook } from '../contract.ts';
import { hasValidHmac, signatureEvidence } from '../kit/webhook-secret.ts';
import { info } from './manifest.ts';

const HEADER = 'x-acme-goods-signature';
const FORM = { algorithm: 'sha256', encoding: 'hex' };

// Quote here what the vendor's document says about signatures. `kit/webhook-secret.ts` has every usual way.
export const webhook: Webhook = {
  info,
  authenticate: ({ headers, body, rest }, { secrets }) =>
    hasValidHmac({ body, signature: headers[HEADER], ...FORM }, secrets) && rest.length === 0,
  evidence: ({ headers, rest }) => (rest.length === 0 ? signatureEvidence(headers, [HEADER]) : undefined),
  admits: (evidence, body, { secrets }) => hasValidHmac({ body, signature: evidence[HEADER], ...FORM }, secrets),
};
