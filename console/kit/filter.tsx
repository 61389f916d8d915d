import { may } from './hub.ts';
import { useAnswer } from './live.ts';
import { place, setQuery } from './place.ts';
import { Button } from './text.tsx';

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
          <option key={each}>{each}</option>
        ))}
      </select>
    </label>
  );
}

/** Whose a list's rows are, for who may list the connections. */
export function ConnectionChoice() {
  const { value } = useAnswer(may('ops') ? '/connections' : null, { everyMs: 30_000 });
  const ids = value?.connections.map(({ id }) => id) ?? [];
  return <Choice label="Connection" name="connection" values={ids.sort()} />;
}

/** Parameters of the query that no control shows: each with a button that takes it away. */
export const OtherFilters = ({ names }: { names: readonly string[] }) =>
  Object.entries(filterOf(names)).map(([name, value]) => (
    <Button key={name} class="chip" aria-label={`Without ${name} ${value}`} onClick={() => setQuery({ [name]: '' })}>
      {name}: <bdi>{value}</bdi> <span aria-hidden="true">×</span>
    </Button>
  ));

/** The query's parameters among these. */
export const filterOf = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries([...place.value.query].filter(([name, value]) => value && names.includes(name)));
