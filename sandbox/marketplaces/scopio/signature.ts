import { createHmac } from 'node:crypto';

/** How webhooks are signed. The document names neither header nor algorithm, so each part can be set. */
export interface SignatureOptions {
  header?: string | undefined;
  algorithm?: string | undefined;
  encoding?: 'hex' | 'base64' | undefined;
  /** Text before the signature, such as `sha256=`. */
  prefix?: string | undefined;
}

/** The signature header of a body: by default hex HMAC-SHA256 over exactly these bytes. */
export function sign(body: string, secret: string, options: SignatureOptions = {}): Record<string, string> {
  const { header = 'X-Scopio-Signature', algorithm = 'sha256', encoding = 'hex', prefix = '' } = options;
  return { [header]: prefix + createHmac(algorithm, secret).update(Buffer.from(body, 'utf8')).digest(encoding) };
}
