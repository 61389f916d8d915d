import { invalidReceiptHandle } from './errors.ts';

/** Names one receive of one message: handles of earlier receives no longer delete it. */
export interface Receipt {
  seq: number;
  receives: number;
}

export function writeHandle({ seq, receives }: Receipt): string {
  return Buffer.from(`message:${seq}:${receives}`).toString('base64url');
}

export function readHandle(handle: unknown): Receipt {
  const text = Buffer.from(String(handle ?? ''), 'base64url').toString();
  const [, seq, receives] = /^message:(\d+):(\d+)$/.exec(text) ?? [];
  if (!seq || !receives) throw invalidReceiptHandle(handle);
  return { seq: Number(seq), receives: Number(receives) };
}
