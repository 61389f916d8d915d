import type { JobName, Subject, Subjects } from '#lib/deliveries/delivery';
import { subjectOf } from '#lib/deliveries/subject';
import { atRemote, orFailure, type Result, type Run, type Work } from './attempt.ts';
import { cancel } from './cancel.ts';
import { fetch } from './fetch.ts';
import { place } from './place.ts';
import { followUp, report, stock } from './report.ts';
import { request } from './request.ts';
import { route } from './route.ts';
import { connectionOf } from './sold.ts';

/** The jobs of connections: `notify`, that of endpoints, is worked by `lib/changes`. */
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
  return orFailure(delivery.unknown, () => {
    const connection = connectionOf(delivery.connection, network.connections);
    const subject = subjectOf(delivery);
    if (subject.job === 'notify') throw new Error('a delivery of an endpoint at a connection');
    return run(subject, { ...work, connection });
  });
}
