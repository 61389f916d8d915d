import type { Webhook, WebhookCredentials, WebhookRequest } from '../contract.ts';
import { readForm } from '../kit/form.ts';
import { hasValidHmac, signatureEvidence } from '../kit/webhook-secret.ts';
import { info } from './manifest.ts';

// "Each webhook payload contains a signature header computed using a shared Webhook Secret", and no more than that:
// headers, algorithm, encoding and what is signed are settings of the connection.
function signedBy({ settings }: WebhookCredentials) {
  const content = settings.signedContent ?? '{body}';
  return {
    signed: (settings.signatureHeader ?? 'x-scopio-signature').toLowerCase().split(/[,:\s]+/),
    algorithm: settings.signatureAlgorithm ?? 'sha256',
    encoding: settings.signatureEncoding ?? 'hex',
    isPlain: settings.signatureFormat !== 'elements',
    /** `{body}`, `{t}` of the signature's header, or the name of another header, with text between them. */
    content: content.split(/\{([\w-]+)\}/).map((part, index) => (index % 2 === 0 ? part : part.toLowerCase())),
  };
}

/** Whether one of the headers has a signature of the body and of what is signed with it. */
function isSigned(headers: WebhookRequest['headers'], body: Buffer, credentials: WebhookCredentials): boolean {
  const { signed, algorithm, encoding, isPlain, content } = signedBy(credentials);
  const matches = signed.flatMap((header) => {
    const value = headers[header] ?? '';
    const { time, signatures } = isPlain ? { time: undefined, signatures: [value] } : readElements(value);
    const parts = content.map((part, index) => {
      if (index % 2 === 0) return Buffer.from(part);
      return part === 'body' ? body : Buffer.from((part === 't' ? time : headers[part]) ?? '');
    });
    return signatures.map((signature) =>
      hasValidHmac({ body: Buffer.concat(parts), signature, algorithm, encoding }, credentials.secrets),
    );
  });
  return matches.includes(true);
}

const MAX_SIGNATURES = 4;

/** `v1=abc`, `t=123,v1=abc`, or `v1,abc v1,def` during a rotation. */
function readElements(value: string): { time: string | undefined; signatures: string[] } {
  const elements = value.split(/[,;\s]+/).map((element) => /^(?:(\w{1,16})=(?!=?$))?(.*)$/.exec(element) ?? []);
  const time = elements.find(([, name]) => name === 't')?.[2];
  const signatures = elements.flatMap(([, name, text = '']) => (name === 't' || text.length < 16 ? [] : [text]));
  return { time, signatures: signatures.slice(0, MAX_SIGNATURES) };
}

export const webhook: Webhook = {
  info,
  authenticate: ({ headers, body, rest }, credentials) => isSigned(headers, body, credentials) && rest.length === 0,
  evidence({ headers, rest }, credentials) {
    const { signed, content } = signedBy(credentials);
    const beside = content.filter((_, index) => index % 2 === 1);
    return rest.length === 0 ? signatureEvidence(headers, [...signed, ...beside]) : undefined;
  },
  admits: isSigned,
  // The document shows no body, so it may be a form.
  readOther: readForm,
};
