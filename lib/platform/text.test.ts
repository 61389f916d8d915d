import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { decodeText } from './text.ts';

const SAID = '{"name":"José Muñoz"}';
const wide = Buffer.from(SAID, 'utf16le');
const latin = Buffer.from(SAID, 'latin1');
const polish = Buffer.from([0x7b, 0x22, 0xb3, 0x22, 0x7d]);

it.each([
  ['UTF-8', Buffer.from(SAID), '', SAID],
  ['UTF-8 that is called something else', Buffer.from(SAID), 'application/json; charset=ISO-8859-1', SAID],
  ['UTF-8 with its mark', Buffer.from(`\uFEFF${SAID}`), '', SAID],
  ['UTF-16 with its mark', Buffer.concat([Buffer.from([0xff, 0xfe]), wide]), '', SAID],
  ['UTF-16 without it', wide, 'application/json; charset=utf-16', SAID],
  ['UTF-16 the other way round', Buffer.from(wide).swap16(), '', SAID],
  ['a charset that is named', polish, 'text/json; charset="windows-1250"', '{"ł"}'],
  ['one that is not', latin, 'application/json', SAID],
  ['one that nobody knows', latin, 'application/json; charset=klingon', SAID],
  ['UTF-8 with half a letter', Buffer.concat([Buffer.from('José'), Buffer.from('ó').subarray(0, 1)]), '', 'José\ufffd'],
  ['what gzip packed', gzipSync(latin), 'application/json', SAID],
  ['what only begins like gzip', Buffer.from([0x1f, 0x8b, 0x61]), '', '\x1f‹a'],
  ['nothing', Buffer.from(''), '', ''],
  ['a zero', Buffer.from([0]), '', '\0'],
])('reads %s', (_, bytes, type, text) => {
  expect(decodeText(bytes, type)).toBe(text);
});

it('leaves out half a character at the end of what was cut off', () => {
  expect(decodeText(Buffer.from('José').subarray(0, 4), '', false)).toBe('Jos');
});

it('unpacks no more than a body may hold', () => {
  expect(decodeText(gzipSync(Buffer.alloc(256 * 1024, 'a')))).toMatch(/^a+$/);
  expect(decodeText(gzipSync(Buffer.alloc(256 * 1024 + 1, 'a')))).not.toContain('aaa');
});
