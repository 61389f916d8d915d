import { randomUUID } from 'node:crypto';
import type { Result } from '#lib/attempts/attempt';
import type { Endpoint } from '#lib/connections/endpoint-schema';
import { clampWait, codeOf, plusSeconds } from '#lib/deliveries/settle';
import { ThrottledError } from '#lib/platform/errors';
import { awayPolicy, endpointPauseMs, httpTimeoutMs, leaseSeconds, notifyPolicy } from '#lib/platform/settings';
import { allOf, anyOf, equals, isAtMost, isUnset, setting } from '#lib/platform/table/expressions';
import * as items from '#lib/platform/table/items';
import { type Lease, takeLease, writeLeased } from '#lib/platform/table/lease';
import { db, getItem, isWritten } from '#lib/platform/table/table';

/** Why an endpoint is sent nothing. `failing`: tried every hour; the others wait for a person, `gone` after a 410. */
interface Paused {
  why: 'failing' | 'gone' | 'expired' | 'asked';
  by: string | null;
  at: string;
}

/** How far an endpoint was told the changes, and how that goes. */
export interface EndpointState {
  /** The `since` of its endpoint, as an earlier one may have had the same name. Absent in older states. */
  since?: string;
  /** The cursor after the last change that it was told, or that became a delivery. */
  committed?: string;
  /** Changes after that cursor that it was told nevertheless: time ran out before one ahead of them. */
  told?: readonly string[];
  paused?: Paused | null;
  /** When its attempts began to fail without exception, and how many have in a row. */
  failingSince?: string | null;
  failures?: number;
  /** In the hub's words: an endpoint's own may name a buyer. */
  lastError?: { code: string; at: string } | null;
  lastSuccessAt?: string | null;
  /** Nothing is sent before this instant. */
  heldUntil?: string | null;
  /** The delivery that got the 410, which is sent before all else. */
  first?: string | null;
  /** A pause is over, and the deliveries that waited for its end are yet to be brought forward. */
  resumed?: boolean;
  /** A fresh id from each ring that met a lease: the holder of the lease sees that it changed, and looks again. */
  rung?: string | undefined;
}

/** `heldUntil` of an endpoint that waits for a person. */
export const FOREVER = '9999-12-31T23:59:59.999Z';
const PAUSED_ASK_SECONDS = 3600;
const GONE = 'http_410';

/** Seconds between two attempts to find an endpoint back: as long as a delivery waits that failed twice. */
export function askAgainSeconds(): number {
  const { waitSeconds, intervalSeconds } = notifyPolicy(() => 0);
  return Math.max(1, waitSeconds?.(2) || intervalSeconds);
}

/** Seconds from the start of a page within which its requests begin. */
export const PAGE_SECONDS = 10;

/** Seconds of a lease: longer than a page, which renews it, and short, so that work soon goes on after a crash. */
const endpointLeaseSeconds = (): number => Math.min(leaseSeconds(), PAGE_SECONDS + httpTimeoutMs() / 1000 + 5);

/** After `AWAY_AFTER_FAILURES` failures in a row, which are no accident, one change at a time asks whether it is back. */
export const isAsking = ({ paused, failures = 0 }: EndpointState): boolean =>
  !!paused || failures >= awayPolicy().afterFailures;

/** What the results of attempts, all of the same moment, make of an endpoint. */
export function judge(state: EndpointState, results: readonly Result[], at: string): Partial<EndpointState> {
  if (results.length === 0) return {};
  const failed = results.flatMap((result) => (result.ok ? [] : [result.error]));
  const askSeconds = askAgainSeconds();
  const throttled = failed.find((error) => error instanceof ThrottledError);
  const held = throttled && { heldUntil: plusSeconds(at, clampWait(throttled.retryAfterSeconds ?? askSeconds)) };
  const lastError = failed.length > 0 && { lastError: { code: codeOf(failed.at(-1)), at } };
  if (results.some(isGone)) return { ...lastError, paused: { why: 'gone', by: null, at }, heldUntil: FOREVER };
  const well = { paused: null, failingSince: null, failures: 0, lastSuccessAt: at, heldUntil: null };
  if (failed.length < results.length) return { ...well, ...(state.paused && { resumed: true }), ...lastError, ...held };
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

/** Whether it answered that it wants nothing more. */
export const isGone = (result: Result): boolean => !result.ok && codeOf(result.error) === GONE;

/** Whether it asked for patience: it is sent nothing until its `heldUntil`. */
export const isThrottled = (result: Result): boolean => !result.ok && result.error instanceof ThrottledError;

/** Whether the state is another endpoint's than the one a worker knows: that was removed, or is not known yet. */
export const isOfAnother = (state: EndpointState, { since }: Pick<Endpoint, 'since'>): boolean =>
  state.since !== undefined && state.since !== since;

/** Whether it is sent nothing at the moment. */
export const isHeld = ({ heldUntil }: EndpointState, now: Date): boolean => (heldUntil ?? '') > now.toISOString();

type Wanted = Pick<Endpoint, 'id' | 'since'>;

/** An endpoint's state as it was when its lease was taken. */
export interface Begun {
  item: EndpointState;
  lease: Lease;
}

export function openEndpointStates(table = db) {
  const at = (id: string) => ({ key: items.endpointState.key({ id }), member: 'lease' });

  const update = (id: string, members: Partial<EndpointState> & { lease?: Lease | null }, more?: object) =>
    table.update({ Key: at(id).key, ...setting(members), ...more });

  const takeFree = async ({ id, since }: Wanted, now: Date) => {
    const when = allOf(isUnheld(now), anyOf(isUnset('since'), equals('since', since)));
    return (await takeLease({ ...at(id), seconds: endpointLeaseSeconds(), now, when }, table)) as Begun | undefined;
  };

  return {
    get: async (id: string): Promise<EndpointState> => (await getItem<EndpointState>(at(id).key, table)) ?? {},
    update: async (id: string, members: Partial<EndpointState>): Promise<void> => void (await update(id, members)),
    /**
     * Writes an attempt's outcome, without the lease; false if it was paused or resumed since its state was read. Of
     * attempts that fail at the same time, each adds its failure to those of the others.
     */
    learn: (
      id: string,
      { paused }: EndpointState,
      { failures, ...members }: Partial<EndpointState>,
    ): Promise<boolean> => {
      const isAsRead = paused ? equals('paused.at', paused.at) : isUnset('paused');
      const update = setting({ ...members, ...(failures === 0 && { failures }) }, isAsRead);
      if (failures) {
        update.UpdateExpression += ' ADD failures :one';
        update.ExpressionAttributeValues = { ...update.ExpressionAttributeValues, ':one': 1 };
      }
      return isWritten(table.update({ Key: at(id).key, ...update }));
    },
    /** Takes the lease from whoever holds it: what was sent and not committed is sent again. */
    take: async (id: string, members: Partial<EndpointState>): Promise<void> =>
      void (await update(id, { ...members, lease: null })),

    /** One worker tells an endpoint; another has the first one look again. Undefined where it must not be told. */
    async begin(endpoint: Wanted, now: Date): Promise<Begun | undefined> {
      const begun = await takeFree(endpoint, now);
      if (begun) return begun;
      const found = await update(endpoint.id, { rung: randomUUID() }, { ReturnValues: 'ALL_NEW' });
      // It was released between the two, and whoever released it did not see the ring.
      return found?.lease || isHeld(found as EndpointState, now) ? undefined : takeFree(endpoint, now);
    },

    /** Writes what was done under a lease, which continues; false if it was lost. */
    renew: (id: string, { owner }: Lease, members: Partial<EndpointState>, now: Date): Promise<boolean> => {
      const until = plusSeconds(now.toISOString(), endpointLeaseSeconds());
      return writeLeased({ ...at(id), owner }, { ...members, lease: { owner, until } }, table);
    },

    /** Writes what was done and ends the lease; false if it was lost, or if somebody has rung since `read` was read. */
    release: (
      id: string,
      { owner }: Lease,
      members: Partial<EndpointState>,
      read?: Pick<EndpointState, 'rung'>,
    ): Promise<boolean> => {
      const isUnrung = read && (read.rung === undefined ? isUnset('rung') : equals('rung', read.rung));
      return writeLeased({ ...at(id), owner, when: isUnrung }, { ...members, lease: null }, table);
    },

    /** Lets one delivery, an hour if it is paused, ask an endpoint whether it is back. */
    takeTurn: (id: string, now: Date, seconds = PAUSED_ASK_SECONDS): Promise<boolean> => {
      const heldUntil = plusSeconds(now.toISOString(), seconds);
      return isWritten(table.update({ Key: at(id).key, ...setting({ heldUntil }, isUnheld(now)) }));
    },
  };
}

const isUnheld = (now: Date) => anyOf(isUnset('heldUntil'), isAtMost('heldUntil', now.toISOString()));

export type EndpointStates = ReturnType<typeof openEndpointStates>;
