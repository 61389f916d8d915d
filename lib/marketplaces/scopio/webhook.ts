import type { Webhook, WebhookCredentials } from '../contract.ts';
import { hasValidHmac, signatureEvidence } from '../kit/webhook-secret.ts';
import { info } from './manifest.ts';

// "Each webhook payload contains a signature header computed using a shared Webhook Secret", and no more than that:
// header, algorithm and encoding are settings of the connection.
const signedBy = ({ settings }: WebhookCredentials) => ({
  header: (settings.signatureHeader ?? 'x-scopio-signature').toLowerCase(),
  algorithm: settings.signatureAlgorithm ?? 'sha256',
  encoding: settings.signatureEncoding ?? 'hex',
});

export const webhook: Webhook = {
  info,
  authenticate({ headers, body, rest }, credentials) {
    const { header, algorithm, encoding } = signedBy(credentials);
    return (
      hasValidHmac({ body, signature: headers[header], algorithm, encoding }, credentials.secrets) && rest.length === 0
    );
  },
  evidence: ({ headers, rest }, credentials) =>
    rest.length === 0 ? signatureEvidence(headers, signedBy(credentials).header) : undefined,
  admits(evidence, body, credentials) {
    const { header, algorithm, encoding } = signedBy(credentials);
    return hasValidHmac({ body, signature: evidence[header], algorithm, encoding }, credentials.secrets);
  },
};
