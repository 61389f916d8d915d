import type { JobName, Subject, Subjects } from '#lib/deliveries/delivery';
import { subjectOf } from '#lib/deliveries/subject';
import { planDeliveries } from '#lib/orders/plan';
import { placementOf, takeBack } from '#lib/orders/units';
import { BlockedError } from '#lib/platform/errors';
import { atRemote, orFailure, type Result, type Run, type Work } from './attempt.ts';
import { cancel, takeBackUnasked } from './cancel.ts';
import { fetch } from './fetch.ts';
import { place } from './place.ts';
import { connectionOf, orderMissing } from './pushed-order.ts';
import { followUp, report, stock } from './report.ts';
import { request } from './request.ts';

/**
 * Routes lines again that no route matched. Their placements are opened before this delivery's success is recorded:
 * after a crash in between they are found open.
 */
const route: Run<Subjects['route']> = async ({ lineItems }, { delivery, network, hub }) => {
  const { id, order: orderId, connection: by } = delivery;
  await hub.changeOrder(
    orderId ?? '',
    (order) => {
      if (!order) throw orderMissing(delivery);
      const next = takeBack(order, id, placementOf(order, id)?.lineItems ?? [], { unasked: true });
      const { deliveries } = planDeliveries(next, network);
      const stuck = deliveries.find(({ action, subject }) => action === 'route' && sameIds(subject, lineItems));
      if (stuck?.blocked) throw new BlockedError(stuck.blocked, stuck.blocked.waitsFor);
      return { order: next };
    },
    { by, origin: id, network },
  );
  return { ok: true };
};

const sameIds = (subject: object, lines: ReadonlyArray<{ id: string }>): boolean => {
  const { lineItems = [] } = subject as Partial<Subjects['route']>;
  return lineItems.length === lines.length && lines.every(({ id }) => lineItems.some((line) => line.id === id));
};

/** The jobs of connections: `notify`, the job of endpoints, is in `lib/changes`. */
type ConnectionJob = Exclude<JobName, 'notify'>;

/** What each delivery does, by the job that its subject names. */
const JOBS: { [Name in ConnectionJob]: Run<Subjects[Name]> } = {
  place: atRemote(place),
  report: atRemote(report),
  cancel: atRemote(cancel),
  'follow-up': atRemote(followUp),
  fetch: atRemote(fetch),
  stock: atRemote(stock),
  request: atRemote(request),
  route,
};

const run = <Name extends ConnectionJob>(subject: Subject<Name>, work: Work): Promise<Result> =>
  JOBS[subject.job](subject, work);

/** Makes one attempt at a leased delivery. */
export function attempt(work: Omit<Work, 'connection'>): Promise<Result> {
  const { delivery, network } = work;
  return orFailure(delivery.unknown, async () => {
    const subject = subjectOf(delivery);
    const isGone = !network.connections.has(delivery.connection);
    if (isGone && subject.job === 'cancel' && (await takeBackUnasked(subject, work, new Date()))) return { ok: true };
    const connection = connectionOf(delivery.connection, network.connections);
    if (subject.job === 'notify') throw new Error('a delivery of an endpoint at a connection');
    return run(subject, { ...work, connection });
  });
}
