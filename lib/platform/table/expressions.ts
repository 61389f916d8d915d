import type { UpdateInput, Values } from './document.ts';

/** What must hold for an item so that a write is carried out. Paths are dotted: `lease.owner`. */
export interface Condition {
  text: string;
  names: Record<string, string>;
  values: Values;
  /** Consists of alternatives: AND binds its parts closer than OR. */
  isEither?: boolean;
}

const namesOf = (path: string): Record<string, string> =>
  Object.fromEntries(path.split('.').map((name) => [`#${name}`, name]));
const textOf = (path: string): string =>
  path
    .split('.')
    .map((name) => `#${name}`)
    .join('.');

function compare(operator: '=' | '<=', word: string, path: string, value: unknown): Condition {
  const placeholder = `:${word}_${path.replaceAll('.', '_')}`;
  return { text: `${textOf(path)} ${operator} ${placeholder}`, names: namesOf(path), values: { [placeholder]: value } };
}

export const equals = (path: string, value: unknown): Condition => compare('=', 'is', path, value);
export const isAtMost = (path: string, value: unknown): Condition => compare('<=', 'most', path, value);
export const isAbsent = (path: string): Condition => ({
  text: `attribute_not_exists(${textOf(path)})`,
  names: namesOf(path),
  values: {},
});
const isNull = (path: string): Condition => ({
  text: `attribute_type(${textOf(path)}, :null)`,
  names: namesOf(path),
  values: { ':null': 'NULL' },
});
/** Absent, or written as null. */
export const isUnset = (path: string): Condition => anyOf(isAbsent(path), isNull(path));

const join = (text: string, conditions: readonly Condition[]): Condition => ({
  text,
  names: Object.assign({}, ...conditions.map(({ names }) => names)),
  values: Object.assign({}, ...conditions.map(({ values }) => values)),
});
// Only the parentheses that are needed: the emulator's parser takes twice as long for each level.
export const allOf = (...conditions: readonly Condition[]): Condition =>
  join(conditions.map(({ text, isEither }) => (isEither ? `(${text})` : text)).join(' AND '), conditions);
export const anyOf = (...conditions: readonly Condition[]): Condition => ({
  ...join(conditions.map(({ text }) => text).join(' OR '), conditions),
  isEither: true,
});

/** The members that make a put, a delete or a check conditional. */
export const onlyIf = ({ text, names, values }: Condition) => ({
  ConditionExpression: text,
  ExpressionAttributeNames: names,
  ExpressionAttributeValues: values,
});

type Update = { UpdateExpression: string } & Pick<
  UpdateInput,
  'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;

/**
 * An update of some members of an item: undefined removes one; those of `first` are only written where there are none
 * yet.
 */
export function setting(members: Values, when?: Condition, first: Values = {}): Update {
  const set = Object.keys(members).filter((name) => members[name] !== undefined);
  const removed = Object.keys(members).filter((name) => members[name] === undefined);
  const assignments = [
    ...set.map((name) => `#${name} = :${name}`),
    ...Object.keys(first).map((name) => `#${name} = if_not_exists(#${name}, :${name})`),
  ];
  const parts = [
    ...(assignments.length > 0 ? [`SET ${assignments.join(', ')}`] : []),
    ...(removed.length > 0 ? [`REMOVE ${removed.map((name) => `#${name}`).join(', ')}`] : []),
  ];
  const written = { ...members, ...first };
  const names = Object.keys(written).map((name) => [`#${name}`, name]);
  const values = Object.entries(written).flatMap(([name, value]) => (value === undefined ? [] : [[`:${name}`, value]]));
  const allValues = { ...Object.fromEntries(values), ...when?.values };
  return {
    UpdateExpression: parts.join(' '),
    ExpressionAttributeNames: { ...Object.fromEntries(names), ...when?.names },
    ...(when && { ConditionExpression: when.text }),
    // DynamoDB refuses an empty one.
    ...(Object.keys(allValues).length > 0 && { ExpressionAttributeValues: allValues }),
  };
}
