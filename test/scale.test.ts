import { expect, test } from 'vitest';
import { presentDesign } from '../bench/scale/design.ts';
import { scenarios } from '../bench/scale/scenarios.ts';
import { simulate } from '../bench/scale/simulate.ts';
import { holds, judge } from '../bench/scale/verdict.ts';

test.each(scenarios)('a million orders an hour, with the numbers of the code: $title', (scenario) => {
  const design = presentDesign();
  const verdict = judge(simulate(scenario, design), design);
  expect(verdict.length).toBeGreaterThan(10);
  expect(verdict.filter((each) => !holds(each))).toEqual([]);
});
