import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { API_KEY, eventually } from './support/hub.ts';
import { SHOP, type Stage, startStage } from './support/stage.ts';

const run = promisify(execFile);
let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.stop());

const PROGRAMS = [
  { name: 'TypeScript', command: process.execPath, file: 'examples/erp/feed.ts' },
  { name: 'Python', command: 'python3', file: 'examples/erp/feed.py' },
];

test.each(PROGRAMS)(
  'the example in $name books each order once and acknowledges it under a number of its own',
  async (each) => {
    const there = await run(each.command, ['--version']).then(
      () => true,
      () => false,
    );
    // A machine without Python has only the other.
    if (!there) return;
    const [sold] = stage.scopio.place({});
    const id = `${SHOP}:${sold?.id}`;
    const example = async () => {
      const env = { ...process.env, LONGSHORE_URL: stage.hub.url, LONGSHORE_API_KEY: API_KEY };
      const { stdout } = await run(each.command, [each.file, '--once'], { cwd: `${import.meta.dirname}/..`, env });
      return stdout.trim().split('\n').filter(Boolean);
    };
    const inFeed = async () => {
      const { changes } = await stage.hub.get<{ changes: Array<{ order: string; type: string }> }>(
        '/changes?limit=200',
      );
      expect(changes.filter(({ order }) => order === id).map(({ type }) => type)).toContain('order.released');
      return true;
    };
    await eventually(inFeed, 'the order in the feed');
    const booked = await example();
    const { number, acknowledgement } = (await stage.hub.get(`/orders/${encodeURIComponent(id)}`)) as {
      number: string;
      acknowledgement: { reference: string };
    };
    expect(booked).toContain(`booked ${number}`);
    expect(acknowledgement.reference).toBe(`SO-${number}`);
    expect(await example()).toEqual([]);
  },
);
