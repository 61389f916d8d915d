import { expect, test } from 'vitest';
import { mergeShape, type Shape } from './shape.ts';

const at = (minute: number) => `2026-11-20T09:${`${minute}`.padStart(2, '0')}:00.000Z`;
const seen = (bodies: number, ...paths: string[]) => ({
  bodies,
  members: new Map(paths.map((path) => [path, { seen: bodies, types: ['text'], isRead: true }])),
});
/** What was told of each sighting. */
function follow(...sightings: Array<ReturnType<typeof seen>>) {
  let shape: Shape | undefined;
  return sightings.map((sighting, minute) => {
    const merged = mergeShape(shape, sighting, at(minute));
    shape = JSON.parse(JSON.stringify(merged.shape)) as Shape;
    return { told: merged.changes.map(({ path, change }) => `${path} ${change}`), shape };
  });
}

test('adds up bodies, members and types, whoever saw them', () => {
  const [, last] = follow(seen(3, 'id'), {
    bodies: 2,
    members: new Map([['id', { seen: 1, types: ['number'], isRead: false }]]),
  });
  expect(last?.shape).toEqual({
    ...{ bodies: 5, since: at(0), revision: 2 },
    members: { id: { seen: 4, types: ['number', 'text'], isRead: false, last: 5 } },
  });
});

test('tells of a member that comes up in a topic that is known, once, and of none while it is new', () => {
  const told = follow(seen(5, 'id'), seen(5, 'id', 'a'), seen(1, 'id', 'b'), seen(1, 'id', 'b')).map(
    (each) => each.told,
  );
  expect(told).toEqual([[], [], ['b appeared'], []]);
});

test('tells of a member that always was there and stays away, once, and again only after it came back', () => {
  const away = seen(5, 'id');
  const told = follow(seen(200, 'id', 'a'), away, away, away, seen(1, 'id', 'a')).map((each) => each.told);
  expect(told).toEqual([[], [], ['a vanished'], [], []]);
  expect(follow(seen(200, 'id', 'a'), away, away, seen(1, 'id', 'a')).at(-1)?.shape.members.a).not.toHaveProperty(
    'vanishedAt',
  );
});

test('a member that comes and goes does not vanish', () => {
  const told = follow(seen(20, 'id', 'a'), seen(9, 'id'), seen(1, 'id', 'a'), seen(50, 'id')).flatMap(
    (each) => each.told,
  );
  expect(told).toEqual([]);
});

test('keeps no more than 300 members', () => {
  const many = Array.from({ length: 400 }, (_, at) => `p${at}`);
  const [first] = follow(seen(1, ...many));
  expect(Object.keys(first?.shape.members ?? {})).toHaveLength(300);
});
