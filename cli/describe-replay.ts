import type { Replay } from '#lib/api/replay-schema';
import { relativeTime } from './format.ts';
import type { Session } from './session.ts';
import { type Column, renderFacts } from './table.ts';

export const replayColumns = (now: Date): Column<Replay>[] => [
  { title: 'ID', value: ({ id }) => id },
  { title: 'STATE', value: ({ state, stage }) => (stage && state === 'running' ? `${state} (${stage})` : state) },
  { title: 'MATCHED', value: ({ matched }) => String(matched), right: true, minor: true },
  { title: 'OK', value: ({ succeeded }) => String(succeeded), right: true },
  { title: 'BAD', value: ({ dead, blocked }) => String(dead + blocked), right: true },
  { title: 'OPEN', value: ({ waiting, pending }) => String(waiting + pending), right: true },
  { title: 'STARTED', value: ({ createdAt }) => relativeTime(createdAt, now), minor: true },
  { title: 'BY', value: ({ by }) => by, flexible: true, minor: true },
  { title: 'WHAT', value: targetOf, flexible: true },
  { title: 'REASON', value: ({ reason }) => reason ?? '-', flexible: true },
];

const targetOf = ({ filter, delivery, queue }: Replay): string =>
  delivery ??
  queue ??
  Object.entries(filter ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');

/** A replay for people. */
export function describeReplay({ now }: Pick<Session, 'now'>, replay: Replay): string {
  const { id, by, reason, state, canary, stage, perMinute, matched, createdAt, endedAt, relapse } = replay;
  const { waiting, pending, succeeded, dead, blocked, cancelled, resumed } = replay;
  const word = (said: typeof cancelled) => said && `by ${said.by} ${relativeTime(said.at, now)}${because(said.reason)}`;
  return renderFacts([
    ['replay', id],
    ['of', targetOf(replay)],
    ['by', `${by}${because(reason)}`],
    ['state', state],
    ['pace', `${perMinute} a minute${canary ? `, canary${stage ? ` (${stage})` : ''}` : ''}`],
    ['matched', String(matched)],
    ['succeeded', String(succeeded)],
    ['dead', dead ? String(dead) : null],
    ['blocked', blocked ? String(blocked) : null],
    ['under way', pending ? String(pending) : null],
    ['waiting', waiting ? String(waiting) : null],
    [
      'relapse',
      relapse && `${relapse.delivery} is ${relapse.state}: ${relapse.cause?.code}: ${relapse.cause?.description}`,
    ],
    ['cancelled', word(cancelled)],
    ['resumed', word(resumed)],
    ['started', `${createdAt} (${relativeTime(createdAt, now)})`],
    ['ended', endedAt && `${endedAt} (${relativeTime(endedAt, now)})`],
  ]);
}

const because = (reason: string | null): string => (reason ? `: ${reason}` : '');
