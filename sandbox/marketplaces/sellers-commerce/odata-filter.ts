import { badRequest } from './answers.ts';
import { instantOf } from './time.ts';

type FieldType = 'string' | 'number' | 'date';
export type Fields = Readonly<Record<string, FieldType>>;
export type Predicate = (row: object) => boolean;

type Value = string | number | null;
interface Token {
  kind: 'word' | FieldType | '(' | ')';
  text: string;
}

const TOKEN =
  /\s*(?:datetime'(?<date>[^']*)'|'(?<string>(?:[^']|'')*)'|(?<number>-?\d+(?:\.\d+)?)(?![\w.])|(?<word>(?:and|or|not)(?=\()|[A-Za-z_]\w*(?![\w'(]))|(?<bracket>[()]))\s*/y;

const OPERATORS: Readonly<Record<string, (difference: number) => boolean>> = {
  eq: (difference) => difference === 0,
  ne: (difference) => difference !== 0,
  gt: (difference) => difference > 0,
  ge: (difference) => difference >= 0,
  lt: (difference) => difference < 0,
  le: (difference) => difference <= 0,
};

/**
 * Reads a `$filter`: comparisons of a property with a literal (`datetime'…'` in UTC, `'text'`, number, null), joined by
 * `and`, `or`, `not` and brackets. Anything else is a 400.
 */
export function parseFilter(text: string, fields: Fields): Predicate {
  const tokens = tokenize(text);
  let position = 0;
  const isWord = (word: string): boolean => tokens[position]?.kind === 'word' && tokens[position]?.text === word;
  const next = (): Token => {
    const token = tokens[position];
    if (!token) throw badRequest('$filter ends too early');
    position += 1;
    return token;
  };

  const either = (): Predicate => {
    let left = both();
    while (isWord('or')) {
      next();
      const [first, second] = [left, both()];
      left = (row) => first(row) || second(row);
    }
    return left;
  };
  const both = (): Predicate => {
    let left = one();
    while (isWord('and')) {
      next();
      const [first, second] = [left, one()];
      left = (row) => first(row) && second(row);
    }
    return left;
  };
  const one = (): Predicate => {
    const token = next();
    if (token.kind === 'word' && token.text === 'not') {
      const inner = one();
      return (row) => !inner(row);
    }
    if (token.kind !== '(') return comparison(token, next(), next(), fields);
    const inner = either();
    if (next().kind !== ')') throw badRequest('$filter wants a closing bracket');
    return inner;
  };

  const predicate = either();
  if (position < tokens.length) throw badRequest(`$filter goes on with ${tokens[position]?.text}`);
  return predicate;
}

/** Orders two values of one property; null comes first. */
export function compare(left: unknown, right: unknown): number {
  if (left === right) return 0;
  if (left === null || left === undefined) return -1;
  if (right === null || right === undefined) return 1;
  return left < right ? -1 : 1;
}

/** A property's value in comparable form: dates as instants. */
export function comparableOf(row: object, field: string, fields: Fields): Value {
  const value = (row as Record<string, Value | undefined>)[field];
  if (value === undefined || value === null) return null;
  return fields[field] === 'date' ? instantOf(String(value)) : value;
}

function comparison(property: Token, operator: Token, literal: Token, fields: Fields): Predicate {
  const type = fields[property.text];
  if (property.kind !== 'word' || !type) throw badRequest(`$filter: there is no property ${property.text}`);
  const holds = operator.kind === 'word' ? OPERATORS[operator.text] : undefined;
  if (!holds) throw badRequest(`$filter: ${operator.text} is no operator`);
  const wanted = literalOf(literal, type, property.text);
  return (row) => {
    const value = comparableOf(row, property.text, fields);
    if (value !== null && wanted !== null) return holds(compare(value, wanted));
    // Null is neither before nor after anything.
    return operator.text === 'eq' ? value === wanted : operator.text === 'ne' && value !== wanted;
  };
}

function literalOf({ kind, text }: Token, type: FieldType, property: string): Value {
  if (kind === 'word' && text === 'null') return null;
  if (kind !== type) throw badRequest(`$filter: ${property} does not compare with ${text}`);
  if (kind === 'number') return Number(text);
  if (kind === 'string') return text;
  const instant = instantOf(text);
  if (instant === null) throw badRequest(`$filter: ${text} is no datetime without zone`);
  return instant;
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (!match?.groups) throw badRequest(`$filter cannot be read from: ${text.slice(at, at + 40)}`);
    tokens.push(tokenOf(match.groups));
    at = TOKEN.lastIndex;
  }
  return tokens;
}

function tokenOf({ date, string, number, word, bracket }: Record<string, string | undefined>): Token {
  if (date !== undefined) return { kind: 'date', text: date };
  if (string !== undefined) return { kind: 'string', text: string.replaceAll("''", "'") };
  if (number !== undefined) return { kind: 'number', text: number };
  if (word !== undefined) return { kind: 'word', text: word };
  return { kind: bracket === '(' ? '(' : ')', text: bracket ?? '' };
}
