import { createHmac, timingSafeEqual } from 'node:crypto';
import type * as z from '#lib/platform/zod';
import type { Filter as FilterSchema } from './deliveries.ts';
import { ToolError } from './tool.ts';

export const PROPOSAL_SECONDS = 600;

type Filter = z.infer<typeof FilterSchema>;

/** What was proposed: the filter, the digest of what it matched, and when, in seconds since 1970. */
export interface Proposal {
  filter: Filter;
  digest: string;
  at: number;
}

const sign = (text: string, key: string): string =>
  createHmac('sha256', key).update(`proposal ${text}`).digest('base64url').slice(0, 22);

/**
 * The id of a proposal. It holds all there is to know, so that nothing is kept of it, and is signed with the API key, so
 * that an agent can start only what it was shown.
 */
export function toId({ filter, digest, at }: Proposal, key: string): string {
  const text = Buffer.from(JSON.stringify([filter, digest, at])).toString('base64url');
  return `prp_${text}.${sign(text, key)}`;
}

/** The proposal of an id; ToolError for one that this key never signed or that is too old. */
export function fromId(id: string, key: string, now: Date): Proposal {
  const [, text = '', signature = ''] = /^prp_([\w-]+)\.([\w-]+)$/.exec(id.trim()) ?? [];
  const [given, own] = [Buffer.from(signature), Buffer.from(sign(text, key))];
  if (given.length !== own.length || !timingSafeEqual(given, own))
    throw new ToolError('this is no proposal of preview_replay: hand its id over whole');
  const [filter, digest, at] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [
    Proposal['filter'],
    string,
    number,
  ];
  if (now.getTime() / 1000 - at > PROPOSAL_SECONDS)
    throw new ToolError('the proposal is older than ten minutes: preview it again, as things may have changed');
  return { filter, digest, at };
}
