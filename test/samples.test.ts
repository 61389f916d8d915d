import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Alone, startAlone } from '#sandbox/alone';
import { temporaryFolder } from './support/hub.ts';

const SAMPLES = join(import.meta.dirname, '../events/samples');

let alone: Alone;
beforeAll(async () => {
  for (const level of ['info', 'warn', 'error'] as const) vi.spyOn(console, level).mockImplementation(() => undefined);
  alone = await startAlone(temporaryFolder());
});
afterAll(() => alone.stop());

const done = { batchItemFailures: [] };

// In the order of the story: each function is asked about what earlier ones wrote.
const story: Array<[string, unknown, string[]]> = [
  ['webhooks/scopio', expect.objectContaining({ statusCode: 200 }), ['inbound']],
  ['ingest', done, ['marketful-deliveries']],
  ['pushers/marketful', done, []],
  ['ops/api', expect.objectContaining({ statusCode: 200, body: expect.stringContaining('order.placed') }), []],
  ['pollers/scopio', undefined, []],
  ['sweeper', Array.from({ length: 5 }), []],
];
const sampleOf = (name: string) => `${name.replaceAll('/', '-')}.json`;

test.each(story)('%s runs alone with its sample', async (name, answer, rings) => {
  const event = JSON.parse(readFileSync(join(SAMPLES, sampleOf(name)), 'utf8'));
  expect(await alone.invoke(`functions/${name}.ts`, event)).toEqual(answer);
  expect((await alone.take()).map(({ queue }) => queue)).toEqual(rings);
});

test('every sample is tried', () => {
  expect(readdirSync(SAMPLES).sort()).toEqual(story.map(([name]) => sampleOf(name)).sort());
});
