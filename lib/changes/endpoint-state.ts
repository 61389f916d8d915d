import { randomUUID } from 'node:crypto';
import type { Result } from '#lib/attempts/attempt';
import { clampWait, plusSeconds } from '#lib/deliveries/settle';
import { IntegrationError, ThrottledError } from '#lib/platform/errors';
import { awayPolicy, endpointPauseMs, httpTimeoutMs, leaseSeconds, notifyPolicy } from '#lib/platform/settings';
import { allOf, anyOf, equals, isAtMost, isUnset, setting } from '#lib/platform/table/expressions';
import * as items from '#lib/platform/table/items';
import { type Lease, takeLease } from '#lib/platform/table/lease';
import { db, getItem, isWritten } from '#lib/platform/table/table';

/** Why an endpoint is told nothing. `failing`: one is tried each hour; the others wait for a person, `gone` as it answered 410. */
interface Paused {
  why: 'failing' | 'gone' | 'expired' | 'asked';
  by: string | null;
  at: string;
}

/** How far an endpoint was told the changes, and how that goes. */
export interface EndpointState {
  /** The cursor behind the last change that it was told, or that became a delivery. */
  committed?: string;
  paused?: Paused | null;
  /** Since when nothing that it was sent went well, and how many times in a row. */
  failingSince?: string | null;
  failures?: number;
  /** In the hub's words: an endpoint's own may name a buyer. */
  lastError?: { code: string; at: string } | null;
  lastSuccessAt?: string | null;
  /** Nothing is sent before. */
  heldUntil?: string | null;
  /** The delivery that is sent before all else, as it got the 410. */
  first?: string | null;
  /** A person had it go on, and the deliveries that waited have not been told. */
  resumed?: boolean;
  /** Another one at each ring that met a lease, so that who holds the lease looks again. */
  rung?: string | undefined;
}

/** Until a person decides. */
export const FOREVER = '9999-12-31T23:59:59.999Z';
const PAUSED_ASK_SECONDS = 3600;
export const GONE = 'http_410';

/** As long as a delivery waits that failed twice: a schedule that is faster asks sooner. */
function askAgainSeconds(): number {
  const { waitSeconds, intervalSeconds } = notifyPolicy(() => 0);
  return Math.max(1, waitSeconds?.(2) || intervalSeconds);
}

/** No request of a page begins later than this. */
export const PAGE_SECONDS = 10;

/** Longer than a page may take, after which a lease is renewed: whoever comes after a crash soon goes on. */
export const endpointLeaseSeconds = (): number => Math.min(leaseSeconds(), PAGE_SECONDS + httpTimeoutMs() / 1000 + 5);

/** So many failures in a row are no accident: one change at a time asks whether the endpoint is back. */
export const isAsking = ({ paused, failures = 0 }: EndpointState): boolean =>
  !!paused || failures >= awayPolicy().afterFailures;

/** What results of attempts make of an endpoint, all of the same moment. */
export function judge(state: EndpointState, results: readonly Result[], at: string): Partial<EndpointState> {
  const failed = results.flatMap((result) => (result.ok ? [] : [result.error]));
  if (failed.length === 0 && results.length === 0) return {};
  const askSeconds = askAgainSeconds();
  const throttled = failed.find((error) => error instanceof ThrottledError);
  const held = throttled && { heldUntil: plusSeconds(at, clampWait(throttled.retryAfterSeconds ?? askSeconds)) };
  const lastError = failed.length > 0 && { lastError: { code: codeOf(failed.at(-1)), at } };
  if (failed.some((error) => codeOf(error) === GONE))
    return { ...lastError, paused: { why: 'gone', by: null, at }, heldUntil: FOREVER };
  const well = { paused: null, failingSince: null, failures: 0, lastSuccessAt: at, heldUntil: null };
  if (failed.length < results.length) return { ...well, ...lastError, ...held };
  const failures = (state.failures ?? 0) + failed.length;
  const failingSince = state.failingSince ?? at;
  const failing = { ...lastError, failures, failingSince };
  if (state.paused || Date.parse(at) - Date.parse(failingSince) >= endpointPauseMs())
    return {
      ...failing,
      paused: state.paused ?? { why: 'failing', by: null, at },
      heldUntil: plusSeconds(at, PAUSED_ASK_SECONDS),
    };
  return { ...failing, ...(isAsking(failing) && { heldUntil: plusSeconds(at, askSeconds) }), ...held };
}

const codeOf = (error: unknown): string => (error instanceof IntegrationError ? error.code : 'internal_error');

/** The states of a table's endpoints. */
export function openEndpointStates(table = db) {
  const update = (id: string, members: Partial<EndpointState> & { lease?: Lease | null }, more?: object) =>
    table.update({ Key: items.endpointState.key({ id }), ...setting(members), ...more });

  const get = async (id: string): Promise<EndpointState> =>
    (await getItem<EndpointState>(items.endpointState.key({ id }), table)) ?? {};

  const lease = (id: string, now: Date) =>
    takeLease(
      {
        ...{ key: items.endpointState.key({ id }), member: 'lease', seconds: endpointLeaseSeconds(), now },
        when: isUnheld(now),
      },
      table,
    ) as Promise<{ item: EndpointState; lease: Lease } | undefined>;

  return {
    get,
    update: async (id: string, members: Partial<EndpointState>): Promise<void> => void (await update(id, members)),
    /** Ends whoever tells it at the moment, too: what he sent and could not commit is sent again. */
    take: async (id: string, members: Partial<EndpointState>): Promise<void> =>
      void (await update(id, { ...members, lease: null })),

    /** One worker tells an endpoint; one who finds another at it has that one look again. Undefined where it must not be told. */
    async begin(id: string, now: Date): Promise<{ item: EndpointState; lease: Lease } | undefined> {
      const taken = await lease(id, now);
      if (taken) return taken;
      const { lease: held, heldUntil } = (await update(id, { rung: randomUUID() }, { ReturnValues: 'ALL_NEW' })) as {
        lease?: Lease | null;
        heldUntil?: string | null;
      };
      // It was let go between the two: who let go did not see the ring.
      return held || (heldUntil ?? '') > now.toISOString() ? undefined : lease(id, now);
    },

    /** Writes what was done under a lease and keeps it or lets it go; false where it was lost, or where somebody rang since. */
    write(
      id: string,
      { owner, until, unless }: { owner: string; until: string | null; unless?: Pick<EndpointState, 'rung'> | false },
      members: Partial<EndpointState>,
    ): Promise<boolean> {
      const isOurs = equals('lease.owner', owner);
      const isUnrung = unless && (unless.rung === undefined ? isUnset('rung') : equals('rung', unless.rung));
      const next = { ...members, lease: until === null ? null : { owner, until } };
      const when = isUnrung ? allOf(isOurs, isUnrung) : isOurs;
      return isWritten(table.update({ Key: items.endpointState.key({ id }), ...setting(next, when) }));
    },

    /** Whose turn it is to ask a paused endpoint whether it is back: one delivery's an hour. */
    takeTurn: (id: string, now: Date): Promise<boolean> =>
      isWritten(
        table.update({
          Key: items.endpointState.key({ id }),
          ...setting({ heldUntil: plusSeconds(now.toISOString(), PAUSED_ASK_SECONDS) }, isUnheld(now)),
        }),
      ),
  };
}

const isUnheld = (now: Date) => anyOf(isUnset('heldUntil'), isAtMost('heldUntil', now.toISOString()));

export type EndpointStates = ReturnType<typeof openEndpointStates>;
