import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/hub.ts';

const SCRIPT = join(import.meta.dirname, '..', '..', 'scripts/audit.mjs');

const advisory = (name: string) => ({
  [name]: { via: ['another', { name, url: `https://x.invalid/GHSA-of-${name}`, severity: 'high', title: 'bad' }] },
});

const DAY_MS = 24 * 3600 * 1000;
const inDays = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
const CLEAN = { vulnerabilities: {} };
const NONE = { message: '405 Method Not Allowed', error: { summary: '' } };

const KNOWN = { vulnerabilities: advisory('minimist') };

/** Runs the audit with an npm that answers this: for everything, for what is shipped, and for what everyone knows. */
function audit(all: object, shipped: object, exceptions: object = {}, known: object = KNOWN) {
  const folder = temporaryFolder();
  const npm = join(folder, 'npm');
  const policy = join(folder, 'supply-chain.json');
  writeFileSync(policy, JSON.stringify({ exceptions }));
  const [whole, part, other] = [all, shipped, known].map((answer) => `'${JSON.stringify(answer)}'`);
  const answers = `case "$PWD $*" in *longshore-audit-*) echo ${other};; *--omit=dev*) echo ${part};; *) echo ${whole};; esac`;
  writeFileSync(npm, `#!/bin/sh\n${answers}\nexit 1\n`);
  chmodSync(npm, 0o755);
  const { status, stderr } = spawnSync(process.execPath, [SCRIPT, policy], {
    encoding: 'utf8',
    env: { ...process.env, PATH: folder + delimiter + process.env.PATH },
  });
  return { status, said: stderr };
}

test('an advisory for what is shipped fails, one for a tool is told, nothing known passes', () => {
  const tool = { vulnerabilities: advisory('vite') };
  const both = { vulnerabilities: { ...advisory('vite'), ...advisory('hono') } };
  const shipped = audit(both, { vulnerabilities: advisory('hono') });
  expect(shipped).toMatchObject({ status: 1, said: expect.stringMatching(/GHSA-of-hono hono \(high\): bad: SHIPPED/) });
  expect(audit(tool, CLEAN)).toMatchObject({ status: 0, said: expect.stringMatching(/vite.*in a tool/) });
  expect(audit(CLEAN, CLEAN)).toMatchObject({ status: 0, said: expect.stringContaining('0 advisories') });
});

test('a registry without advisories fails: nothing was audited', () => {
  expect(audit(NONE, NONE)).toMatchObject({
    status: 1,
    said: expect.stringMatching(/NOT DONE.*405.*\n.*has no "no-advisories"/),
  });
  expect(audit(CLEAN, NONE)).toMatchObject({ status: 1 });
  const said = expect.stringMatching(/NOT DONE.*names nothing.*\n.*has no "no-advisories"/);
  expect(audit(CLEAN, CLEAN, {}, CLEAN)).toMatchObject({ status: 1, said });
});

test('an exception with a reason holds until its day, and is told each time', () => {
  const except = (id: string, until: string, reason = 'we do not parse it') => ({ [id]: { reason, until } });
  const hono = { vulnerabilities: advisory('hono') };
  expect(audit(hono, hono, except('GHSA-of-hono', inDays(30)))).toMatchObject({
    status: 0,
    said: expect.stringMatching(/SHIPPED\naudit: excepted until \S+: we do not parse it/),
  });
  expect(audit(hono, hono, except('GHSA-of-another', inDays(30)))).toMatchObject({ status: 1 });
  expect(audit(NONE, NONE, except('no-advisories', inDays(30)))).toMatchObject({
    status: 0,
    said: expect.stringMatching(/NOT DONE.*\n.*excepted until/),
  });
  for (const [until, reason, said] of [
    [inDays(-1), 'known', 'ended on'],
    [inDays(400), 'known', 'an end within'],
    [inDays(30), '', 'wants a reason'],
    ['soon', 'known', 'an end within'],
  ] as const)
    expect(audit(NONE, NONE, except('no-advisories', until, reason)), until).toMatchObject({
      status: 1,
      said: expect.stringContaining(said),
    });
});
