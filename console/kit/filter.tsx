import { Check } from './form.tsx';
import { may, useAnswer } from './hub.ts';
import { place, setQuery } from './place.ts';
import { Problem } from './screen.tsx';
import { Button } from './text.tsx';
import { capital } from './words.ts';

/** The control for a parameter: a choice of values, or a kind of input. `link`: a link sets it, a button clears it. */
type How = readonly string[] | 'connection' | 'text' | 'check' | 'link';
export type Filters = Readonly<Record<string, How>>;

/** The filters of the address, as their controls show them: a box is checked or filters nothing. */
export const filterOf = (filters: Filters): Record<string, string> =>
  Object.fromEntries(
    Object.keys(filters)
      .map((name) => [name, place.value.query[name] ?? ''] as const)
      .filter(([name, value]) => (filters[name] === 'check' ? value === 'true' : value)),
  );

export function Filter({ name, how }: { name: string; how: How }) {
  const value = place.value.query[name] ?? '';
  const label = capital(name);
  const set = (next: string) => setQuery({ [name]: next });
  const onChange = ({ currentTarget }: { currentTarget: { value: string } }) => set(currentTarget.value.trim());
  const isConnection = how === 'connection' && may('ops');
  const known = useAnswer(isConnection ? '/connections' : null, { everyMs: 30_000 });
  if (how === 'check')
    return <Check label={label} checked={value === 'true'} onChange={(isSet) => set(isSet ? 'true' : '')} />;
  if (how === 'link')
    return value ? (
      <Button
        aria-label={`Without ${name} ${value}`}
        says={<span>{[`${name}: `, <bdi key="value">{value}</bdi>, ' ×']}</span>}
        onClick={() => set('')}
      />
    ) : null;
  const values = typeof how === 'string' ? (known.value?.connections ?? []).map(({ id }) => id).sort() : how;
  return (
    <>
      <label class="choice" for={`by-${name}`}>
        <span>{label}</span>
        {how === 'text' ? (
          <input key={value} id={`by-${name}`} defaultValue={value} placeholder="http_422" onChange={onChange} />
        ) : (
          <select id={`by-${name}`} value={value} onChange={onChange}>
            <option value="">All</option>
            {/* A value from a link is a choice, even if it is not one of ours. */}
            {[...new Set([...values, value])].filter(Boolean).map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        )}
      </label>
      <Problem of={known} />
    </>
  );
}
