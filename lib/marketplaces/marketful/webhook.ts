import type { Webhook } from '../contract.ts';
import { readForm } from '../kit/form.ts';
import { urlSecret } from '../kit/webhook-secret.ts';
import { info } from './manifest.ts';

// Marketful signs nothing: the secret is in the URL registered with POST /webhooks/crear.
export const webhook: Webhook = {
  info,
  ...urlSecret,
  // The document shows no body: it may be a form.
  readOther: readForm,
};
