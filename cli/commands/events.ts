import { Option } from 'commander';
import type { InboundEvent } from '#lib/api/events';
import { InboundState } from '#lib/inbound/event-schema';
import { readJson } from '#lib/platform/json';
import type { Command } from '../command.ts';
import { oneLine, relativeTime, renderJson } from '../format.ts';
import { since } from '../options.ts';
import { type Column, renderFacts } from '../table.ts';

export function addEvents(program: Command): void {
  const events = program.command('events').description('what arrived, and what became of it');
  events
    .command('list')
    .description('inbound events, newest first')
    .option('--connection <id>', 'from this connection')
    .addOption(new Option('--state <state>', 'in this state').choices(InboundState.options))
    .addOption(since('received'))
    .examples('events list --state unreadable', 'events list --connection sello-se --since 1h')
    .lists('/events', { columns, none: 'no events' });
  events
    .command('show <id>')
    .description('an inbound event with its body')
    .examples('events show evt_0a8f7f1c-3f0e-4a3c-9f55-5e8c5c1f7a10')
    .does(async (session, id: string) => {
      const event = await session.api.get<InboundEvent>(`/events/${encodeURIComponent(id)}`);
      session.answer(event, () => describe(event, session.now));
    });
  events
    .command('set-aside <id>')
    .description('take an event that could not be read off what waits, because nobody will mend it')
    .requiredOption('--reason <text>', 'kept on record beside who did it')
    .examples('events set-aside evt_0a8f7f1c-3f0e-4a3c-9f55-5e8c5c1f7a10 --reason "a test of theirs"')
    .remark('It is kept as long as before, and a remap still reads it.')
    .does(async (session, id: string, { reason }: { reason: string }) => {
      const event = await session.api.post<InboundEvent>(`/events/${encodeURIComponent(id)}/set-aside`, { reason });
      session.answer(event, () => describe(event, session.now));
    });
}

const errorOf = ({ error }: InboundEvent): string => (error ? `${error.code}: ${error.description}` : '-');

const columns = (now: Date): Column<InboundEvent>[] => [
  { title: 'ID', value: ({ id }) => id },
  { title: 'STATE', value: ({ state }) => state, minor: true },
  { title: 'CONNECTION', value: ({ connection }) => connection, flexible: true, minor: true },
  { title: 'TOPIC', value: ({ topic }) => topic, minor: true },
  { title: 'BY', value: ({ receivedBy }) => receivedBy, minor: true },
  { title: 'RECEIVED', value: ({ receivedAt }) => relativeTime(receivedAt, now), minor: true },
  { title: 'ORDER', value: ({ order }) => order ?? '-', flexible: true, minor: true },
  { title: 'ERROR', value: errorOf, flexible: true },
];

function describe(event: InboundEvent, now: Date): string {
  const facts = renderFacts([
    ['event', event.id],
    ['what', `${event.topic} from ${event.connection}, by ${event.receivedBy}`],
    ['named by', event.named?.topic],
    ['state', event.state],
    ['order', event.order],
    ['error', event.error && errorOf(event)],
    ['note', event.note],
    ['set aside', event.setAside && `by ${event.setAside.by}: ${event.setAside.reason}`],
    ['received', `${event.receivedAt} (${relativeTime(event.receivedAt, now)})`],
  ]);
  return `${facts}\n\n${bodyOf(event)}`;
}

function bodyOf({ body = '', encoding }: InboundEvent): string {
  if (encoding === 'base64') return `${body}\n(base64)`;
  const json = readJson(body);
  return json === undefined ? oneLine(body) : renderJson(json);
}
