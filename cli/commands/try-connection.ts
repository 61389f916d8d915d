import { readFile } from 'node:fs/promises';
import { Option } from 'commander';
import type { Shape, Tried } from '#lib/api/connection-reads';
import type { InboundEvent } from '#lib/api/events';
import { readForm } from '#lib/marketplaces/kit/form';
import { readWrapped } from '#lib/platform/json';
import { decodeText } from '#lib/platform/text';
import type { Api } from '../api-client.ts';
import type { Command } from '../command.ts';
import { CliError, usageError } from '../errors.ts';
import { count, money, relativeTime } from '../format.ts';
import type { Session } from '../session.ts';
import { renderFacts } from '../table.ts';

export function addShape(connections: Command): void {
  connections
    .command('shape <id>')
    .description('which members its bodies have, by topic, and which of them are read')
    .examples('connections shape scopio-main', 'connections shape scopio-main --json')
    .does(async (session, id: string) => {
      const shape = await session.api.get<Shape>(`/connections/${encodeURIComponent(id)}/shape`);
      session.answer(shape, ({ topics }) =>
        topics.length === 0
          ? 'nothing has come yet'
          : topics.map((topic) => describeTopic(topic, session)).join('\n\n'),
      );
    });
}

function describeTopic({ topic, bodies, since, members }: Shape['topics'][number], session: Session): string {
  const rows = session.table(members, [
    { title: 'MEMBER', value: ({ path }) => path },
    { title: 'READ', value: ({ isRead }) => (isRead ? 'yes' : '-') },
    { title: 'SEEN', value: ({ seen }) => `${seen}`, right: true },
    { title: 'TYPES', value: ({ types }) => types.join(', '), flexible: true },
    { title: 'APPEARED', value: ({ appearedAt }) => relativeTime(appearedAt, session.now) },
    { title: 'VANISHED', value: ({ vanishedAt }) => relativeTime(vanishedAt, session.now) },
  ]);
  return `${topic}: ${count(bodies, 'body', 'bodies')} since ${since}\n${rows}`;
}

interface Options {
  topic?: string;
  event?: string;
}

export function addTry(connections: Command): void {
  connections
    .command('try <id> [file]')
    .description('show what the hub would make of a body, and where it would place it; nothing is stored or sent')
    .addOption(new Option('--topic <topic>', 'what the body is of, such as order-paid').conflicts(['event']))
    .addOption(new Option('--event <evt>', 'the body of a kept event in place of a file'))
    .examples(
      'connections try scopio-main --topic order-paid body.json',
      'connections try scopio-main --event evt_0a8f7f1c-3f0e-4a3c-9f55-5e8c5c1f7a10',
    )
    .does(async (session, id: string, file: string | undefined, options: Options) => {
      const asked = await readAsked(id, file, options, session.api);
      const tried = await session.api.post<Tried>(`/connections/${encodeURIComponent(id)}/try`, asked);
      session.answer(tried, () => describeTried(tried, session));
      if (tried.error) process.exitCode = 1;
    });
}

/** What to try: a file, or an event that came from the connection. */
export async function readAsked(
  connection: string,
  file: string | undefined,
  { topic, event }: Options,
  api: Pick<Api, 'get'>,
) {
  if (event !== undefined) {
    const found = await api.get<InboundEvent>(`/events/${encodeURIComponent(event)}`);
    if (found.connection !== connection) throw usageError(`${event} came from ${found.connection}`);
    if (found.bodyTruncated)
      throw new CliError(
        `of ${event} ${found.body === '' ? 'nothing is kept: its buyer was erased' : 'only the beginning is kept'}`,
      );
    const text = decodeText(Buffer.from(found.body ?? '', found.encoding));
    return { topic: found.topic, body: parse(text, event) };
  }
  if (topic === undefined || file === undefined) throw usageError('give --topic and a file, or --event');
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw usageError(`cannot read ${file}: ${error.code ?? error.message}`);
  });
  return { topic, body: parse(text, file) };
}

/** A body in any form in which the hub reads it. */
function parse(text: string, from: string): unknown {
  const json = readWrapped(text);
  const body = json === undefined ? readForm(Buffer.from(text)) : json;
  if (body === undefined) throw usageError(`${from} is neither JSON nor a form`);
  return body;
}

/** The members that were read beside those that were not; then what the body means. */
function describeTried(tried: Tried, session: Pick<Session, 'table'>): string {
  const { read, unread, aliases, explanation } = tried;
  const rows = Array.from({ length: Math.max(read.length, unread.length) }, (_, at) => ({
    read: read[at] ?? '',
    unread: unread[at] ?? '',
  }));
  const paths = session.table(rows, [
    { title: `READ (${read.length})`, value: (row) => row.read },
    { title: `NOT READ (${unread.length})`, value: (row) => row.unread },
  ]);
  const moved = aliases.map(({ from, to }) => `${from} is read as ${to}`).join('\n');
  const outcome = describeOutcome(tried, session);
  return [paths, moved, outcome, explanation?.sentence ?? '', 'Nothing was stored or sent.']
    .filter(Boolean)
    .join('\n\n');
}

function describeOutcome(tried: Tried, session: Pick<Session, 'table'>): string {
  const { error, means, order, placements, change } = tried;
  if (error) return `It cannot be read: ${error.description}`;
  if (order) return describeOrder(order, placements, session);
  return `It means ${means}: ${JSON.stringify(change)}${means === 'fetch' ? `\n${elsewhere(tried)}` : ''}`;
}

/** A webhook that only names an order: whoever tries it will want to try what is read for it. */
const elsewhere = ({ connection }: Tried): string =>
  `What the hub reads there then has a topic of its own to try: connections shape ${connection} lists the topics.`;

function describeOrder(
  order: NonNullable<Tried['order']>,
  placements: Tried['placements'],
  session: Pick<Session, 'table'>,
): string {
  const { lines, amounts, payment } = order;
  const toOf = (id: string) => {
    const found = placements.find(({ lineItems }) => lineItems.some((line) => line.id === id));
    return found ? (found.to ?? 'nobody') : '-';
  };
  const facts = renderFacts([
    ['order', `${order.id}, number ${order.number}`],
    ['payment', [payment.state, payment.method].filter(Boolean).join(' by ')],
    ['total', money(amounts.total, amounts.currency)],
    ['placed at', order.placedAt],
    ['assumed', order.assumed.join('; ')],
  ]);
  const table = session.table(lines, [
    { title: 'LINE', value: ({ id }) => id },
    { title: 'SKU', value: ({ sku }) => sku },
    { title: 'TITLE', value: ({ title }) => title, flexible: true },
    { title: 'QUANTITY', value: ({ quantity }) => `${quantity}`, right: true },
    { title: 'GOES TO', value: ({ id }) => toOf(id) },
  ]);
  return `${facts}\n\n${table}`;
}
