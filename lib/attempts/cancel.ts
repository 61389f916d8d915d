import type { Attempt, Delivery, LineQuantity, Subjects } from '#lib/deliveries/delivery';
import { checkDelivery, replaceDelivery } from '#lib/deliveries/ledger';
import type { CancelInput } from '#lib/marketplaces/action';
import { DECLINED, declinedBy, UNTOLD } from '#lib/orders/decline';
import { sentByHand } from '#lib/orders/holders';
import { minus } from '#lib/orders/line-quantities';
import type { Order } from '#lib/orders/order';
import { cancelsOf, destinationHash, goodsHash, isRefunded } from '#lib/orders/plan';
import { dueOf, lessOf, placementOf, takeBack } from '#lib/orders/units';
import { NotYetError } from '#lib/platform/errors';
import type { Write } from '#lib/platform/table/table';
import { type Job, type RemoteWork, tellPushed } from './attempt.ts';
import { askPerson, type Change, tellChanges, type Undoing, unsupported } from './cancel-by-hand.ts';
import { askedOf, nothingLeft } from './place.ts';
import { mayBeLost, readSold } from './pushed-order.ts';

type Asking = Pick<RemoteWork, 'delivery' | 'network' | 'hub'>;

/** A placement that a worker has is looked at again when that worker must be done. */
const IN_HAND_MS = 5_000;

/**
 * Brings a placement to what is wanted of it at this moment: stops what has not happened, undoes what has, and shows a
 * person what can be neither undone nor sent elsewhere.
 */
export const cancel: Job<Subjects['cancel'], Undoing> = {
  action: ({ cancel: own }) =>
    own && { ...own, push: (remote, input) => own.push(remote, input).catch(tellChanges(input)) },

  async prepare({ placement: id }, work) {
    const { hub, connector, delivery, remote } = work;
    const { order, source, unknown } = await readSold(work);
    const placement = await hub.getDelivery(id);
    if (!placement) return { effects: {} };
    const earlier = await supersede(order, id, work, remote.now());
    if (!earlier) return { effects: {} };
    if ([placement, ...earlier].some(({ state }) => state === 'leased')) throw inHand(id);
    const asked = askedOf(order, id, placement.subject.lineItems ?? []);
    const lineItems = lessOf(dueOf(order), id);
    const left = minus(asked.lineItems, lineItems);
    const changes = left.length > 0 ? await changesSince(placement, [...earlier, delivery], order, work) : [];
    const remoteId = placement.placed?.remoteId ?? null;
    const input = { ...asked, source, lineItems, left, remoteId, changes };
    if (lineItems.length === 0 && changes.length > 0) throw askPerson(input, connector.info.title);
    if (lineItems.length === 0 || isToldByHand(order, placement, lineItems)) return { effects: {} };
    if (placement.action === 'route' || !(await isPlaced(placement, { ...input, lineItems: asked.lineItems }, work))) {
      await takeBackUnmade(placement, work, remote.now());
      return { effects: {} };
    }
    if (connector.actions.cancel) return { input, unknown: unknown || earlier.some((each) => each.unknown) };
    throw unsupported(input, connector.info.title, id);
  },

  /** The order loses the units before this is recorded: after a crash in between there is nothing left to do. */
  async after(result, { input, probed }, { connector, delivery, network, hub }) {
    const { placement: id = '' } = delivery.subject;
    const { order, left, changes } = input;
    const { kept = [] } = result;
    const { order: released } = await hub.changeOrder(
      order.id,
      (now) => (now ? { order: takeBack(now, id, minus(minus(placementOf(now, id)?.lineItems, left), kept)) } : null),
      { by: delivery.connection, origin: delivery.id, network },
    );
    // A number of the shipper's that stayed the same says nothing of these units: they are for sale again.
    const placement = await hub.getDelivery(id);
    if (released && placement) await hub.reserveSold(released, [placement], network);
    if (kept.length > 0) throw unsupported({ ...input, lineItems: kept }, connector.info.title, id);
    if (changes.length > 0) throw askPerson(input, connector.info.title);
    return tellPushed('order.withdrawn', result, { probed });
  },
};

/** Whether these units left in parcels that a person posted since their shipper was done and told of none. */
const isToldByHand = (order: Order, { cause, closed }: Delivery, lineItems: readonly LineQuantity[]): boolean =>
  (cause ?? closed?.cause)?.code === UNTOLD && lineItems.every(({ id, quantity }) => sentByHand(order, id) >= quantity);

const inHand = (id: string): NotYetError =>
  new NotYetError({ code: 'placement_in_hand', description: `${id} is being placed` }, IN_HAND_MS);

/**
 * The earlier cancellations of a placement, which this one replaces: those that wait for a person stop waiting.
 * Undefined where a later one replaces this.
 */
async function supersede(
  order: Order,
  placement: string,
  { delivery, hub }: Asking,
  now: Date,
): Promise<Delivery[] | undefined> {
  const ids = cancelsOf(order, delivery.connection, placement);
  if (ids.length > 0 && ids.at(-1) !== delivery.id) return undefined;
  const earlier = await hub.getDeliveries(ids.slice(0, -1));
  const done = { state: 'succeeded', cause: null, waitsFor: null, updatedAt: now.toISOString() } as const;
  for (const each of earlier)
    if (each.state === 'blocked' || each.state === 'dead') await hub.transition(each, { ...each, ...done });
  return earlier;
}

/** Whether the remote has the order; if that is unknown, the remote is asked. */
async function isPlaced(
  placement: Delivery,
  input: CancelInput,
  { connector, remote, hub }: RemoteWork,
): Promise<boolean> {
  if (placement.state === 'succeeded') return true;
  if (!placement.unknown && !(await mayBeLost(placement, input.order.placedAt, hub))) return false;
  return (await connector.actions.order?.probe(remote, input)) != null;
}

/** Takes units back from a shipper that left the connections file; false where it was or may have been asked for them. */
export async function takeBackUnasked(
  { placement: id }: Subjects['cancel'],
  work: Asking,
  now: Date,
): Promise<boolean> {
  const { delivery, hub } = work;
  const order = await hub.getOrder(delivery.order ?? '');
  const placement = await hub.getDelivery(id);
  if (!order || !placement || placement.unknown || ['succeeded', 'leased'].includes(placement.state)) return false;
  if (await mayBeLost(placement, order.placedAt, hub)) return false;
  if (await supersede(order, id, work, now)) await takeBackUnmade(placement, work, now);
  return true;
}

/** Nothing to undo at the remote: the placement will ask for what is left, or is stopped where nothing is. */
async function takeBackUnmade(placement: Delivery, { delivery, network, hub }: Asking, at: Date): Promise<void> {
  const { id, connection: by } = placement;
  const { order: released } = await hub.changeOrder(
    delivery.order ?? '',
    async (order) => {
      const now = await hub.getDelivery(id);
      if (!order || now?.updatedAt !== placement.updatedAt) throw inHand(id);
      const next = takeBack(order, id, lessOf(dueOf(order, id), id), { unasked: true });
      const rest = placementOf(next, id)?.lineItems ?? [];
      if (rest.length > 0) return { order: next, also: [retell(placement, next, rest)] };
      const also = stop(placement, at);
      return {
        order: next,
        also,
        ...(also.length > 0 && { timeline: [{ type: 'order.stopped', detail: { delivery: id } }] }),
      };
    },
    { by, origin: delivery.id, network },
  );
  if (released) await hub.reserveSold(released, [placement], network);
}

/** Has a blocked placement describe what is left of it. */
function retell(placement: Delivery, order: Order, rest: readonly LineQuantity[]): Write {
  if (placement.state !== 'blocked' || placement.cause?.code !== DECLINED) return checkDelivery(placement);
  return replaceDelivery(placement, { ...placement, cause: declinedBy(order, placement.connection, rest) });
}

/** Dead, but without an alarm. */
function stop(placement: Delivery, now: Date): Write[] {
  const { code, description } = nothingLeft().detail;
  if (placement.state === 'leased' || placement.state === 'succeeded' || placement.cause?.code === code) return [];
  const ended = { cause: { code, description }, waitsFor: null, nextAttemptAt: null, updatedAt: now.toISOString() };
  return [replaceDelivery(placement, { ...placement, ...ended, state: 'dead', deadLettered: true })];
}

/**
 * What changed since a placement that exists (or may) and no person dealt with. A reversed refund does not count, nor do
 * an address and goods that are the earlier ones again.
 */
async function changesSince(
  placement: Delivery,
  cancels: readonly Delivery[],
  order: Order,
  { hub, network }: RemoteWork,
): Promise<Change[]> {
  const isOpen = ({ subject: { readdressed, refunded, exchanged }, closed }: Delivery) =>
    (readdressed ?? refunded ?? exchanged) && !closed;
  const open = cancels.filter(isOpen);
  const { state, unknown, placed } = placement;
  if (open.length === 0 || (state !== 'succeeded' && !unknown)) return [];
  const mayHavePlaced = ({ outcome }: Attempt) => outcome === 'unknown' || outcome === 'failed';
  const since = (await hub.getAttempts(placement)).find(mayHavePlaced)?.startedAt ?? placed?.at ?? '';
  const firstSince = (change: Change, among = open) =>
    among.find(({ subject: { [change]: revision }, createdAt }) => {
      if (revision === undefined) return false;
      return placed?.revision === undefined ? since < createdAt : placed.revision < revision;
    });
  // A person who closed a cancellation may have changed the address at the shipper.
  const sinceClosed = cancels.slice(cancels.findLastIndex(({ closed }) => closed) + 1);
  const { from } = firstSince('readdressed', sinceClosed)?.subject ?? {};
  const { goods } = firstSince('exchanged', sinceClosed)?.subject ?? {};
  const isKnown = placed?.revision !== undefined;
  const isBack = isKnown && from === destinationHash(order);
  const areBack = isKnown && goods === goodsHash(order, placement.id);
  return [
    ...(firstSince('readdressed') && !isBack ? ['readdressed' as const] : []),
    ...(firstSince('refunded') && isRefunded(order, network) ? ['refunded' as const] : []),
    ...(firstSince('exchanged') && !areBack ? ['exchanged' as const] : []),
  ];
}
