import type * as z from '#lib/platform/zod';
import { type Delivery, isStopped } from './delivery.ts';
import type { CauseFacts } from './delivery-schema.ts';
import { type DeliveryFilter, listDeliveries } from './list.ts';
import { normalizeMessage } from './normalize-message.ts';

export interface CauseGroup extends z.infer<typeof CauseFacts> {
  /** The newest of them. */
  sample: Delivery;
  /** Matches this group and nothing else, to replay it. */
  filter: DeliveryFilter;
}

const PAGE = 500;
const MAX_LOOKED = 5_000;
const MAX_MS = 10_000;
const MAX_GROUPS = 100;

/**
 * Dead and blocked deliveries by reason, the largest group first, from a bounded number of the newest. `complete` is
 * false where there are more deliveries than were looked at, or more groups than are returned.
 */
export async function groupCauses(
  asked: Pick<DeliveryFilter, 'connection' | 'since'>,
  { maxLooked = MAX_LOOKED } = {},
) {
  const deadline = Date.now() + MAX_MS;
  const filter = { ...asked, until: new Date().toISOString() };
  const found = await Promise.all(
    (['dead', 'blocked'] as const).map((state) => look({ ...filter, state }, Math.ceil(maxLooked / 2), deadline)),
  );
  const deliveries = found.flatMap((each) => each.deliveries).filter((each) => !isStopped(each));
  const groups = Map.groupBy(deliveries, (delivery) => JSON.stringify(reasonOf(delivery)));
  const causes = [...groups.values()]
    .flatMap((group) => describe(group, filter))
    .sort((a, b) => b.count - a.count || (a.lastSeen < b.lastSeen ? 1 : -1));
  return {
    causes: causes.slice(0, MAX_GROUPS),
    looked: deliveries.length,
    complete: found.every((each) => each.complete) && causes.length <= MAX_GROUPS,
  };
}

async function look(filter: DeliveryFilter, max: number, deadline: number) {
  const deliveries: Delivery[] = [];
  let cursor: string | undefined;
  do {
    const limit = Math.min(PAGE, max - deliveries.length);
    const page = await listDeliveries({ ...filter, limit, cursor });
    deliveries.push(...page.items);
    cursor = page.cursor;
  } while (cursor && deliveries.length < max && Date.now() < deadline);
  return { deliveries, complete: cursor === undefined };
}

const reasonOf = ({ marketplace, action, state, cause }: Delivery) => ({
  ...{ marketplace, action },
  state: state as CauseGroup['state'],
  code: cause?.code ?? '',
  message: normalizeMessage(cause?.description ?? ''),
});

function describe(group: readonly Delivery[], asked: DeliveryFilter): CauseGroup[] {
  const [sample] = group;
  if (!sample) return [];
  const reason = reasonOf(sample);
  const { code: cause, ...rest } = reason;
  const seen = group.map(({ updatedAt }) => updatedAt).sort();
  const [firstSeen = sample.updatedAt] = seen;
  const lastSeen = seen.at(-1) ?? firstSeen;
  return [{ ...reason, count: group.length, firstSeen, lastSeen, sample, filter: { ...asked, ...rest, cause } }];
}
