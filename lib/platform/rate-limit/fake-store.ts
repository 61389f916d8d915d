import { type Change, type State, type Store, UNKNOWN } from './store.ts';

/** The numbers in memory, and how often they were asked for: for tests. */
export function createFakeStore(): Store & { changes(): number } {
  const states = new Map<string, State>();
  let changes = 0;
  return {
    changes: () => changes,
    async change(connection, change) {
      changes += 1;
      const state = states.get(connection) ?? UNKNOWN;
      if (!holds(change, state)) return { isChanged: false, state };
      const next =
        'raise' in change
          ? { ...state, [change.raise]: change.to }
          : { ...state, [change.add]: state[change.add] + change.by };
      states.set(connection, next);
      return { isChanged: true, state: next };
    },
  };
}

function holds(change: Change, state: State): boolean {
  if ('raise' in change) return state[change.raise] === 0 || state[change.raise] < change.whenBelow;
  const value = state[change.add];
  return value !== 0 && value >= change.from && value <= change.upTo && state.lineEnds <= change.lineEndsBy;
}
