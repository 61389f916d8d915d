import { ask, may, type Shape } from './hub.ts';
import { useLive } from './live.ts';
import { place, setQuery } from './place.ts';

interface ChoiceProps {
  label: string;
  /** The parameter of the query that it sets. */
  name: string;
  values: readonly string[];
}

/** One parameter of the query as a choice; what a link asks for is among the choices, whatever it is. */
export function Choice({ label, name, values }: ChoiceProps) {
  const value = place.value.query.get(name) ?? '';
  const all = value === '' || values.includes(value) ? values : [value, ...values];
  return (
    <label class="choice">
      <span>{label}</span>
      <select value={value} onChange={({ currentTarget }) => setQuery({ [name]: currentTarget.value })}>
        <option value="">All</option>
        {all.map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The ids of all connections, for who may list them. */
export function useConnections(): readonly string[] {
  const { value } = useLive<Shape<'Connection'>[] | undefined>(
    may('ops') ? 'connections' : null,
    async () => (await ask<{ connections: Shape<'Connection'>[] }>('get', '/connections')).connections,
    { everyMs: 30_000 },
  );
  return (value ?? []).map(({ id }) => id).sort();
}

/** Parameters of the query that no control shows: each with a button that takes it away. */
export function OtherFilters({ names }: { names: readonly string[] }) {
  const set = names.flatMap((name) => {
    const value = place.value.query.get(name);
    return value ? [{ name, value }] : [];
  });
  return set.map(({ name, value }) => (
    <button
      key={name}
      type="button"
      class="chip"
      aria-label={`Without ${name} ${value}`}
      onClick={() => setQuery({ [name]: '' })}
    >
      {name}: <bdi>{value}</bdi> <span aria-hidden="true">×</span>
    </button>
  ));
}

/** The query's parameters among these. */
export const filterOf = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = place.value.query.get(name);
      return value ? [[name, value]] : [];
    }),
  );
