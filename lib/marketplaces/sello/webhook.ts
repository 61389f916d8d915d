import { readJson } from '#lib/platform/json';
import type { Webhook } from '../contract.ts';
import { readForm } from '../kit/form.ts';
import { numbersIn } from '../kit/json.ts';
import { urlSecret } from '../kit/webhook-secret.ts';
import { info } from './manifest.ts';

// "Include a secret key in the URL you provide": Sello signs nothing.
export const webhook: Webhook = {
  info,
  ...urlSecret,
  isTest: isWithoutId,
  // "Will only contain the ID": the document shows no body, so it may be a form.
  readOther: readForm,
};

/**
 * Sello POSTs to the URL of a webhook when it is added; the document does not say what. An empty body, or JSON without
 * a number, counts as that.
 */
export function isWithoutId(bytes: Buffer): boolean {
  const text = bytes.toString().trim();
  const json = readJson(text);
  return text === '' || (json !== undefined && numbersIn(json).length === 0);
}
