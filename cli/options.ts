import { type Command, InvalidArgumentError, Option } from 'commander';
import { DeliveryFilter, DeliveryKind, DeliveryState } from '#lib/deliveries/delivery-schema';
import type { Api } from './api-client.ts';
import { usageError } from './errors.ts';
import { orderCalled } from './known.ts';

const AGO = /^(\d+)\s*(s|m|min|h|d|w)$/;
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, min: 60, h: 3600, d: 86_400, w: 604_800 };

/** `2h` (two hours ago), `3d`, `2026-11-20` (midnight UTC) or an instant with its offset; returned in UTC. */
export function parseInstant(text: string, now = new Date()): string {
  const [, amount, unit = ''] = AGO.exec(text) ?? [];
  const seconds = SECONDS[unit];
  const date = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text;
  const instant = seconds ? now.getTime() - Number(amount) * seconds * 1000 : parseDate(date);
  if (Number.isNaN(instant) || Math.abs(instant) > 8.64e15)
    throw new InvalidArgumentError('Expected 30m, 2h, 3d, 2026-11-20 or 2026-11-20T08:15:00Z.');
  return new Date(instant).toISOString();
}

/** Stricter than Date.parse, which accepts much that is no date and turns 31 February into March. */
function parseDate(text: string): number {
  const [, day = ''] = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/.exec(text) ?? [];
  const midnight = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(day)) return Number.NaN;
  return Date.parse(text);
}

export function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Expected a whole number from 1 on.');
  return Number(text);
}

const instant = (text: string): string => parseInstant(text);

export const since = (of: string): Option =>
  new Option('--since <when>', `${of} since: 2h, 3d, 2026-11-20 …`).argParser(instant);
const until = (of: string): Option => new Option('--until <when>', `${of} until then`).argParser(instant);
export const late = (of: string): Option => new Option('--late', of);
export const reason = (): Option =>
  new Option('--reason <text>', 'kept on record beside who did it').argParser((text) => text || undefined);
export const yes = (of: string): Option => new Option('--yes', of);

type Selected<Name extends string> = Partial<Record<Name, string>> & { filter?: string[] };
type DeliveryMember = keyof typeof DeliveryFilter.shape;
export type DeliveryOptions = Selected<DeliveryMember>;

/** The options that select deliveries: one for each member of the API's filter, and the filter as a whole. */
export const addDeliveryFilter = <C extends Command>(command: C): C =>
  command
    .addOption(new Option('--state <state>', 'in this state').choices(DeliveryState.options))
    .addOption(new Option('--kind <kind>', 'of this kind').choices(DeliveryKind.options))
    .option('--connection <id>', 'of this connection')
    .option('--marketplace <name>', 'of this marketplace')
    .option('--action <name>', 'with this action, such as order or fulfillment')
    .option('--order <id>', 'of this order')
    .option('--cause <code>', "with this cause's code, such as http_503")
    .option('--message <text>', 'whose cause says this; … stands for ids, numbers, quoted values and dates')
    .addOption(since('created'))
    .addOption(until('created'))
    .option('--filter <name=value...>', 'the same as words, or as the JSON that causes show');

export const deliveriesOf = (options: DeliveryOptions, api: Api): Promise<Record<string, string>> =>
  filterOf(options, Object.keys(DeliveryFilter.shape) as DeliveryMember[], api);

/** The filter that was given; empty if none was. Throws a usage error for a member given twice. */
export async function filterOf<Name extends string>(
  options: Selected<Name>,
  names: readonly Name[],
  api: Api,
): Promise<Record<string, string>> {
  const filter = parseFilter(options.filter ?? [], names);
  for (const name of names) {
    const value: string | undefined = options[name];
    if (value === undefined) continue;
    if (value === '') throw usageError(`--${name} is empty`);
    if (name in filter) throw usageError(`${name} is given as --${name} and in --filter`);
    filter[name] = value;
  }
  return filter.order ? { ...filter, order: await orderCalled(api, filter.order) } : filter;
}

/** A filter of the API from `name=value` arguments or one JSON object; throws a usage error for an unknown name. */
export function parseFilter(words: readonly string[], known: readonly string[]): Record<string, string> {
  const entries = words.flatMap((word) => (word.trimStart().startsWith('{') ? jsonEntries(word) : [pair(word)]));
  const filter: Record<string, string> = {};
  for (const [name, value] of entries) {
    if (!known.includes(name)) throw usageError(`--filter: ${name} is not known; there are ${known.join(', ')}`);
    if (name in filter) throw usageError(`--filter: ${name} is given twice`);
    if (value === '') throw usageError(`--filter: ${name} is empty`);
    filter[name] = name === 'since' || name === 'until' ? filterInstant(name, value) : value;
  }
  return filter;
}

function pair(word: string): [string, string] {
  const [name = '', ...rest] = word.split('=');
  if (rest.length === 0) throw usageError(`--filter: expected name=value, not "${word}"`);
  return [name, rest.join('=')];
}

function jsonEntries(word: string): Array<[string, string]> {
  try {
    return Object.entries(JSON.parse(word) as object).map(([name, value]) => [name, String(value)]);
  } catch {
    throw usageError('--filter: begins with { but is not a JSON object');
  }
}

function filterInstant(name: string, value: string): string {
  try {
    return parseInstant(value);
  } catch (error) {
    throw usageError(`--filter: ${name}: ${(error as Error).message}`);
  }
}
