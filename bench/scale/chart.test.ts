import { expect, test } from 'vitest';
import { drawChart } from './chart.ts';
import { presentDesign } from './design.ts';
import { scenarios } from './scenarios.ts';
import { simulate } from './simulate.ts';

test('a chart has a row for each outage, a panel for each question, and nothing but numbers in its lines', () => {
  const outages = scenarios.filter(({ outage }) => outage).map((scenario) => ({ ...scenario, seconds: 1_200 }));
  const svg = drawChart(outages.map((scenario) => simulate(scenario, presentDesign())));
  for (const { title } of outages) expect(svg).toContain(title);
  expect(svg.match(/<g transform/g)).toHaveLength(outages.length * 4);
  for (const [, points = ''] of svg.matchAll(/points="([^"]*)"/g)) expect(points).toMatch(/^(-?\d+,-?\d+ ?)+$/);
  expect(svg).toMatch(/^<svg [^>]*>\n<title>/);
});
