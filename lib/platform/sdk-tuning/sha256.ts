import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

type Source = string | ArrayBuffer | ArrayBufferView;

const bytesOf = (source: Source): Buffer => {
  if (typeof source === 'string') return Buffer.from(source);
  return ArrayBuffer.isView(source)
    ? Buffer.from(source.buffer, source.byteOffset, source.byteLength)
    : Buffer.from(source);
};

/** The key that signs is the same all day. */
let last: { text: string; key: KeyObject } | undefined;

function keyOf(secret: Source): KeyObject {
  const bytes = bytesOf(secret);
  const text = bytes.toString('latin1');
  if (last?.text !== text) last = { text, key: createSecretKey(bytes) };
  return last.key;
}

/** SHA-256, or its HMAC with a secret, for the SDK's signer: in one go, where the SDK's own opens a stream for each. */
export class Sha256 {
  #secret: Source | undefined;
  #data: Buffer = Buffer.alloc(0);

  constructor(secret?: Source) {
    this.#secret = secret;
  }

  update(data: Source): void {
    this.#data = this.#data.length === 0 ? bytesOf(data) : Buffer.concat([this.#data, bytesOf(data)]);
  }

  async digest(): Promise<Uint8Array> {
    if (this.#secret === undefined) return hash('sha256', this.#data, 'buffer');
    return createHmac('sha256', keyOf(this.#secret)).update(this.#data).digest();
  }

  reset(): void {
    this.#data = Buffer.alloc(0);
  }
}
