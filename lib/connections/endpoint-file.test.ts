import { expect, test } from 'vitest';
import { EndpointEntry, LEADS_INSIDE, objectionToEndpoint } from './endpoint-file.ts';

const entry = { id: 'erp', url: 'https://erp.example/hooks' };
const whsec = (bytes: number): string => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;

test.each<[object, string, string]>([
  [{ id: 'ERP' }, 'id', 'must be lower-case letters, digits and dashes'],
  [{ url: 'ftp://erp.example' }, 'url', 'must be an https URL'],
  [{ types: ['order'] }, 'types.0', 'must be such as order.*, or one of order.created'],
  [{ types: ['orders.*'] }, 'types.0', 'must be such as order.*, or one of order.created'],
  [{ types: ['order.*', 'order.shipped'] }, 'types.1', 'must be such as order.*, or one of order.created'],
  [{ secrets: { signingSecret: whsec(23) } }, 'secrets.signingSecret', 'must be whsec_ and 24 to 64 bytes'],
  [{ secrets: { signingSecret: whsec(65) } }, 'secrets.signingSecret', 'must be whsec_ and 24 to 64 bytes'],
  [{ secrets: { signingSecret: 'hunter2' } }, 'secrets.signingSecret', 'must be whsec_ and 24 to 64 bytes'],
])('%j is refused at its member', (more, path, words) => {
  const [issue] = EndpointEntry.safeParse({ ...entry, ...more }).error?.issues ?? [];
  expect([issue?.path.join('.'), issue?.message]).toEqual([path, expect.stringContaining(words)]);
});

test('secrets of 24 to 64 bytes and types by group or name are taken', () => {
  for (const bytes of [24, 32, 64])
    expect(EndpointEntry.safeParse({ ...entry, secrets: { signingSecret: whsec(bytes) } }).success).toBe(true);
  expect(EndpointEntry.safeParse({ ...entry, types: ['order.*', 'delivery.dead'] }).success).toBe(true);
});

const OWN_MACHINE = 'leads to the hub’s own machine: only a hub on yours may push to the machine it runs on';

test.each([
  ...[
    'http://169.254.169.254/latest',
    'https://10.0.0.1',
    'https://192.168.1.2',
    'https://[fd00::1]',
    'https://[fe80::1]',
  ],
  ...['https://[::ffff:10.0.0.1]', 'https://0x0a.1', 'https://[64:ff9b::a00:1]', 'https://100.64.0.1'],
])('%s is refused as inside by every hub', (url) => {
  for (const isLocal of [true, false]) expect(objectionToEndpoint(url, isLocal)).toBe(LEADS_INSIDE);
});

test.each(['http://localhost:8080', 'http://127.0.0.1', 'https://[::1]', 'http://127.1'])(
  '%s is taken by a hub on that machine, and refused by another',
  (url) => {
    expect(objectionToEndpoint(url, true)).toBeUndefined();
    expect(objectionToEndpoint(url, false)).toBe(OWN_MACHINE);
  },
);

test.each<[string, string | undefined]>([
  ['https://erp.example/hooks?x=1', undefined],
  ['http://erp.example', 'must be https: http would show orders to everybody on the way'],
  ['https://user:word@erp.example', 'must not hold a user or password: messages are signed'],
  ['https://erp.example/#part', 'must not have a "#" part'],
  ['https://erp.internal', 'has a name that only a network inside knows'],
  ['https://printer.local', 'has a name that only a network inside knows'],
  ['https://shop.localhost', 'has a name that only a network inside knows'],
  ['https://localhost.', 'has a name that only a network inside knows'],
  ['https://metadata.google.internal.', 'has a name that only a network inside knows'],
  ['https://erp', 'has a name that only a network inside knows'],
  ['https://[2606:4700::1111]/', undefined],
])('%s: %s, wherever the hub runs', (url, objection) => {
  for (const isLocal of [true, false]) expect(objectionToEndpoint(url, isLocal)).toBe(objection);
});
