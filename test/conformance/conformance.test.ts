import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { registry } from '#lib/marketplaces/registry';
import { testAuthenticity } from './authenticity.ts';
import { testCalls } from './calls.ts';
import { testFolder } from './folder.ts';
import { openSubject } from './kit.ts';
import { testMapping } from './mapping.ts';
import { testPaths } from './paths.ts';
import { testRequests } from './requests.ts';

test('every folder is registered, in alphabetical order', () => {
  const files = readdirSync('lib/marketplaces', { recursive: true }).map(String);
  const folders = files.filter((file) => /^[^/]+\/index\.ts$/.test(file)).map((file) => file.replace('/index.ts', ''));
  expect(registry.map(({ info }) => info.name)).toEqual(folders.sort());
});

for (const registered of registry) {
  const subject = await openSubject(registered);
  testFolder(subject);
  testAuthenticity(subject);
  testMapping(subject);
  testCalls(subject);
  testPaths(subject);
  testRequests(subject);
}
