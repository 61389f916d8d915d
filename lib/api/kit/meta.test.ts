import { afterAll, expect, test } from 'vitest';
import * as z from '#lib/platform/zod';
import { doc, metadata, named, pick } from './meta.ts';
import { describe as describeRoutes } from './openapi.ts';
import { json } from './route.ts';

const size = z.int();
const Part = z.object({ name: z.string(), madeAt: z.iso.datetime() });
const Thing = z.object({ id: z.string(), size, parts: z.array(Part), color: z.exactOptional(z.string()) });
named('TestPart', Part);
named('TestThing', Thing, {
  description: 'A thing.',
  members: { id: { example: 'thg_1' }, size: 'In meters.' },
});
// Unit tests share the module, and with it what is registered.
afterAll(() => void metadata.remove(Part).remove(Thing));

test('a document shows a named schema once, with its metadata and that of its members', () => {
  const route = { method: 'get', path: '/things', tags: [], summary: '', scope: null, responses: {} } as const;
  const { components } = describeRoutes([{ ...route, responses: { 200: json('All.', z.array(Thing)) } }]);
  const { TestThing, TestPart } = (components as { schemas: Record<string, { properties: Record<string, object> }> })
    .schemas;
  expect(TestThing).toMatchObject({ description: 'A thing.', required: ['id', 'size', 'parts'] });
  expect(TestThing?.properties.id).toEqual({ type: 'string', example: 'thg_1' });
  expect(TestThing?.properties.size).toEqual({ type: 'integer', description: 'In meters.' });
  expect(TestThing?.properties.parts).toEqual({ type: 'array', items: { $ref: '#/components/schemas/TestPart' } });
  expect(TestPart?.properties.madeAt).toMatchObject({ type: 'string', format: 'date-time' });
});

test('doc leaves the schema as it is, and a member has metadata from one place', () => {
  expect(metadata.get(doc(size, { description: 'In feet.' }))).toMatchObject({ description: 'In feet.' });
  expect(metadata.get(size)).toMatchObject({ description: 'In meters.' });
  expect(() => named('TestOther', z.object({ size }), { members: { size: 'In feet.' } })).toThrow('TestOther.size');
});

test('picks the members that a schema has', () => {
  const stored = { id: 'thg_1', size: 3, parts: [], revision: 7 };
  expect(pick(Thing, stored)).toEqual({ id: 'thg_1', size: 3, parts: [] });
});
