import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

type Source = string | ArrayBuffer | ArrayBufferView;

const bytesOf = (source: Source): Buffer => {
  if (typeof source === 'string') return Buffer.from(source);
  return ArrayBuffer.isView(source)
    ? Buffer.from(source.buffer, source.byteOffset, source.byteLength)
    : Buffer.from(source);
};

const MOST_KEYS = 20;

/** The keys that sign stay the same all day: the secret one, and the day's key for each service. */
const keys = new Map<string, KeyObject>();

function keyOf(secret: Source): KeyObject {
  const bytes = bytesOf(secret);
  const text = bytes.toString('latin1');
  const key = keys.get(text) ?? createSecretKey(bytes);
  if (keys.size >= MOST_KEYS) keys.clear();
  keys.set(text, key);
  return key;
}

const hmac = (secret: Source, data: Buffer): Buffer => createHmac('sha256', keyOf(secret)).update(data).digest();

/** The SDK computes this very HMAC before each request, to look up the day's key. */
let last: { secret: string; data: string; digest: Buffer } | undefined;

/** SHA-256, or its HMAC, for the SDK's signer: in one call, where the SDK's own opens a stream each time. */
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
    if (typeof this.#secret !== 'string') return hmac(this.#secret, this.#data);
    const data = this.#data.toString('latin1');
    if (last?.secret !== this.#secret || last.data !== data)
      last = { secret: this.#secret, data, digest: hmac(this.#secret, this.#data) };
    return Buffer.from(last.digest);
  }

  reset(): void {
    this.#data = Buffer.alloc(0);
  }
}
