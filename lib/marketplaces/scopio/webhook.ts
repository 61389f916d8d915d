import type { Webhook } from '../contract.ts';
import { hasValidHmac } from '../webhook-secret.ts';
import { info } from './info.ts';

// "Each webhook payload contains a signature header computed using a shared Webhook Secret", and no more than that:
// header, algorithm and encoding are settings of the connection.
export const webhook: Webhook = {
  info,
  authenticate({ headers, body, rest }, { secrets, settings }) {
    const header = (settings.signatureHeader ?? 'x-scopio-signature').toLowerCase();
    const algorithm = settings.signatureAlgorithm ?? 'sha256';
    const encoding = settings.signatureEncoding ?? 'hex';
    return hasValidHmac({ body, signature: headers[header], algorithm, encoding }, secrets) && rest.length === 0;
  },
};
