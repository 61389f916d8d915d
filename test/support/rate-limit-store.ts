import { isDeepStrictEqual } from 'node:util';
import { type Change, SLACK, type State, type Store, UNKNOWN } from '#lib/platform/rate-limit/store';

/** For tests: keeps the numbers in memory and counts their changes. */
export function createFakeStore(): Store & { changes(): number } {
  const states = new Map<string, State>();
  const failed = new Map<string, Set<string>>();
  let changes = 0;
  return {
    changes: () => changes,
    read: async (connection) => states.get(connection) ?? UNKNOWN,
    async change(connection, change) {
      changes += 1;
      const state = states.get(connection) ?? UNKNOWN;
      if (!holds(change, state)) return { isChanged: false, state };
      const changed =
        'raise' in change ? { [change.raise]: change.to } : { [change.add]: state[change.add] + change.by };
      const next = { ...state, ...changed, headStart: change.headStart ?? state.headStart };
      states.set(connection, next);
      return { isChanged: true, state: next };
    },
    async fail(connection, caller, now, max) {
      const callers = failed.get(connection) ?? new Set();
      if (callers.size >= max) return;
      failed.set(connection, callers.add(caller));
      const state = states.get(connection) ?? UNKNOWN;
      states.set(connection, { ...state, failing: callers.size, failingSince: state.failingSince || now });
    },
    async recover(connection, backSince = 0) {
      if (!failed.delete(connection)) return false;
      const { backSince: before, ...state } = states.get(connection) ?? UNKNOWN;
      states.set(connection, { ...state, failing: 0, failingSince: 0, askedAt: 0, backSince: backSince || before });
      return true;
    },
    async ask(connection, now, before) {
      const state = states.get(connection) ?? UNKNOWN;
      if (state.askedAt > before) return false;
      states.set(connection, { ...state, askedAt: now });
      return true;
    },
  };
}

function holds(change: Change, state: State): boolean {
  if ('raise' in change) return state[change.raise] === 0 || state[change.raise] < change.whenBelow + SLACK;
  const value = state[change.add];
  const { known } = change;
  const isKnown = !known || state.headStart.at === 0 || isDeepStrictEqual(state.headStart, known);
  const isThere = value !== 0 && value >= change.from - SLACK && value <= change.upTo + SLACK;
  return isThere && isKnown && state.lineEnds <= change.lineEndsBy + SLACK;
}
