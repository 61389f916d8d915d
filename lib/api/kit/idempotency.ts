import { createHash } from 'node:crypto';
import * as items from '#lib/platform/table/items';
import { db, expiryOf, getItem, type Item, put, type Write } from '#lib/platform/table/table';
import * as z from '#lib/platform/zod';
import { ApiError } from './errors.ts';
import { doc } from './meta.ts';

/** The header `Idempotency-Key`, for requests that may be sent twice and must be done once. */
export const idempotencyHeader = z.object({
  'idempotency-key': doc(z.optional(z.string().check(z.minLength(1), z.maxLength(255))), {
    description: 'The same key with the same body gets the same answer for 24 hours.',
  }),
});

interface Remembered<Answer> {
  request: string;
  answer: Answer;
  rememberedAt: string;
}

const HOURS_24_MS = 24 * 3600_000;

/** The answers kept for an `Idempotency-Key` of one API key; without a key nothing is found or remembered. */
export function idempotency<Answer>(
  keyName: string,
  key: string | undefined,
  request: unknown,
  { now = new Date(), table = db } = {},
) {
  const hash = createHash('sha256').update(JSON.stringify(request)).digest('hex');
  const itemKey = items.idempotency.key({ keyName, key: `${key}` });
  // DynamoDB deletes expired items late: an answer over 24 hours old counts as gone.
  const oldest = new Date(now.getTime() - HOURS_24_MS).toISOString();

  return {
    /** The answer given before. Throws ApiError 422 if it was to another request. */
    async find(): Promise<Answer | undefined> {
      const known = key === undefined ? undefined : await getItem<Remembered<Answer>>(itemKey, table);
      if (!known || known.rememberedAt < oldest) return undefined;
      if (known.request !== hash)
        throw new ApiError(422, 'idempotency_key_reused', 'the Idempotency-Key was used for another request');
      return known.answer;
    },
    /** The write that remembers an answer, for the same transaction: it fails if a copy was faster. */
    remember(answer: Answer): Write[] {
      if (key === undefined) return [];
      const item: Item<Remembered<Answer>> = {
        ...itemKey,
        request: hash,
        answer,
        rememberedAt: now.toISOString(),
        expiresAt: expiryOf(items.idempotency, now.toISOString()),
      };
      return [put(item, 'attribute_not_exists(pk) OR rememberedAt < :oldest', { ':oldest': oldest })];
    },
  };
}
