import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextSlots, nextStage } from './schedule.ts';

const START = Date.parse('2026-11-20T08:00:00.000Z');

test('whenever the clock ticks, no minute sees more than its share, and none is given out of order', () => {
  const ticks = fc.array(fc.integer({ min: 0, max: 600_000 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6000 }), ticks, (perMinute, gaps) => {
      let now = START;
      let paceAt = new Date(START).toISOString();
      const given: number[] = [];
      for (const gap of gaps) {
        now += gap;
        const next = nextSlots({ paceAt, perMinute }, new Date(now), 500, 60);
        given.push(...next.slots.map((slot) => Date.parse(slot)));
        paceAt = next.paceAt;
      }
      const spacing = 60_000 / perMinute;
      for (const [index, at] of given.entries()) {
        const before = given[index - perMinute];
        // Instants have no fractions of a millisecond: each tick may lose one.
        if (before !== undefined) expect(at - before).toBeGreaterThanOrEqual(60_000 - gaps.length - 1);
        const previous = given[index - 1];
        if (previous !== undefined) expect(at - previous).toBeGreaterThanOrEqual(Math.floor(spacing));
      }
    }),
    { numRuns: 40 },
  );
});

test('ticks of a minute leave no gap: thirty a minute is thirty every minute', () => {
  let paceAt = new Date(START).toISOString();
  const given: number[] = [];
  for (let minute = 0; minute < 10; minute++) {
    const next = nextSlots({ paceAt, perMinute: 30 }, new Date(START + minute * 60_000), 1_000, 60);
    given.push(...next.slots.map((slot) => Date.parse(slot)));
    paceAt = next.paceAt;
  }
  for (let minute = 0; minute < 10; minute++) {
    const from = START + minute * 60_000;
    expect(given.filter((at) => at >= from && at < from + 60_000)).toHaveLength(30);
  }
});

test('a canary goes from 1 to 10 to the rest, counted from what was released before', () => {
  expect(nextStage(null, 0)).toEqual({ stage: 'one', stageEnds: 1 });
  expect(nextStage('one', 1)).toEqual({ stage: 'ten', stageEnds: 11 });
  expect(nextStage('ten', 11)).toEqual({ stage: 'rest', stageEnds: null });
  expect(nextStage(null, 12)).toEqual({ stage: 'one', stageEnds: 13 });
});
