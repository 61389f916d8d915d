import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { testAuthenticity } from './conformance-authenticity.ts';
import { testCalls } from './conformance-calls.ts';
import { testFolder } from './conformance-folder.ts';
import { openSubject } from './conformance-kit.ts';
import { testMapping } from './conformance-mapping.ts';
import { testRequests } from './conformance-requests.ts';
import { registry } from './registry.ts';

test('every folder is registered, in alphabetical order', () => {
  const files = readdirSync(import.meta.dirname, { recursive: true }).map(String);
  const folders = files.filter((file) => /^[^/]+\/index\.ts$/.test(file)).map((file) => file.replace('/index.ts', ''));
  expect(registry.map(({ info }) => info.name)).toEqual(folders.sort());
});

for (const registered of registry) {
  const subject = await openSubject(registered);
  testFolder(subject);
  testAuthenticity(subject);
  testMapping(subject);
  testCalls(subject);
  testRequests(subject);
}
