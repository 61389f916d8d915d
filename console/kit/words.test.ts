import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { attemptWords, cureOf, isByHand, money, nameOr } from './words.ts';

test('every cause of the runbook has a cure of its own, and ends in closing just where the runbook does', () => {
  const runbook = readFileSync(join(import.meta.dirname, '../../docs/operate.md'), 'utf8');
  const [, table = ''] = /^## Blocked, and what heals it\n([\s\S]*?)\n## /m.exec(runbook) ?? [];
  const rows = table.split('\n').filter((row) => row.startsWith('| `'));
  expect(rows.length).toBeGreaterThan(15);
  for (const row of rows) {
    const [, causes = '', , then = ''] = row.split('|');
    for (const [, code = ''] of causes.matchAll(/`(\w+)`/g)) {
      expect(cureOf(code, 'blocked'), code).not.toBe(cureOf('anything_else', 'blocked'));
      expect(isByHand({ code }), code).toBe(/close it/.test(then) && !/runs by itself|replay/.test(then));
    }
  }
});

test('what was given up is not said to run by itself', () => {
  expect(cureOf('http_401', 'blocked')).toMatch(/runs by itself/);
  expect(cureOf('http_401', 'dead')).toBe(cureOf('anything_else', 'dead'));
  expect(cureOf('http_503', 'dead')).not.toBe(cureOf('anything_else', 'dead'));
});

test('money has the decimals that its minor units have, which are not those that people pay in cash', () => {
  const shown = [money(1234500, 'HUF'), money(1234, 'IQD'), money(1234, 'JPY'), money(-5, 'PLN'), money(null, 'PLN')];
  // Intl puts a non-breaking space after the code.
  expect(shown.map((text) => text.replace('\u00A0', ' '))).toEqual([
    ...['HUF 12,345.00', 'IQD 1.234', 'JPY 1,234', '-PLN 0.05', '–'],
  ]);
});

test('an attempt that succeeded without asking anybody says so', () => {
  const attempt = { number: 1, startedAt: '', endedAt: '', outcome: 'succeeded', nextAttemptAt: null } as const;
  expect(
    [attempt, { ...attempt, httpStatus: 200 }, { ...attempt, description: 'found there' }].map(attemptWords),
  ).toEqual([...['Nothing was left to do there: nothing was sent.', undefined, 'found there']]);
});

test('what shows nothing is called by its id', () => {
  expect([' ', '\u200B\u200E', '', '\u202EX', '0'].map((name) => nameOr('scopio-main:1', name))).toEqual([
    ...['scopio-main:1', 'scopio-main:1', 'scopio-main:1', '\u202EX', '0'],
  ]);
});
