import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ALGORITHMS, ENCODINGS, hasValidHmac, knowsSecret, signatureEvidence } from './webhook-secret.ts';

const body = Buffer.from('{"a":1}');
const secrets = { webhookSecret: 'now', previousWebhookSecret: 'before' };
const sign = (algorithm: string, encoding: (typeof ENCODINGS)[number], secret = 'now') =>
  createHmac(algorithm, secret).update(body).digest(encoding);

test('accepts every algorithm and encoding it lists, with and without the prefix', () => {
  for (const algorithm of ALGORITHMS)
    for (const encoding of ENCODINGS)
      for (const prefix of ['', `${algorithm}=`, `${algorithm.toUpperCase()}=`]) {
        const signature = prefix + sign(algorithm, encoding);
        expect(hasValidHmac({ body, signature, algorithm, encoding }, secrets)).toBe(true);
      }
});

test('fails closed on an algorithm or encoding it does not list, whatever the signature', () => {
  const valid = { body, signature: sign('sha256', 'hex'), algorithm: 'sha256', encoding: 'hex' };
  expect(hasValidHmac({ ...valid, algorithm: 'md5', signature: sign('md5', 'hex') }, secrets)).toBe(false);
  expect(hasValidHmac({ ...valid, algorithm: 'none' }, secrets)).toBe(false);
  expect(hasValidHmac({ ...valid, algorithm: 'SHA256' }, secrets)).toBe(false);
  expect(hasValidHmac({ ...valid, encoding: 'utf8' }, secrets)).toBe(false);
  expect(hasValidHmac({ ...valid, encoding: '' }, secrets)).toBe(false);
  expect(hasValidHmac({ ...valid, signature: `sha512=${valid.signature}` }, secrets)).toBe(false);
});

test('takes hex in either case, and nothing that only decodes to the same bytes', () => {
  const hex = sign('sha256', 'hex');
  const check = (signature: string, encoding: string) =>
    hasValidHmac({ body, signature, algorithm: 'sha256', encoding }, secrets);
  expect(check(hex.toUpperCase(), 'hex')).toBe(true);
  expect(check(`${hex}zz`, 'hex')).toBe(false);
  expect(check(`${hex} `, 'hex')).toBe(false);
  const base64 = sign('sha256', 'base64');
  expect(check(`${base64}!`, 'base64')).toBe(false);
  expect(check(` ${base64}`, 'base64')).toBe(false);
  expect(check(hex, 'base64')).toBe(false);
  for (const other of [base64.replace(/=+$/, ''), base64.replaceAll('+', '-').replaceAll('/', '_')])
    expect(check(other, 'base64')).toBe(true);
});

test('no text but the secret is the secret', () => {
  expect(knowsSecret('now', secrets)).toBe(true);
  expect(knowsSecret('before', secrets)).toBe(true);
  expect(knowsSecret(undefined, secrets)).toBe(false);
  expect(knowsSecret('', { webhookSecret: '' })).toBe(false);
  expect(knowsSecret('token', { notificationToken: 'token' }, 'notificationToken')).toBe(true);
  expect(knowsSecret('old', { previousNotificationToken: 'old' }, 'notificationToken')).toBe(true);
  fc.assert(fc.property(fc.string(), (given) => knowsSecret(given, secrets) === ['now', 'before'].includes(given)));
});

test('evidence keeps what looks like a signature, of few headers, and nothing that bears a key', () => {
  const hex = sign('sha256', 'hex');
  const headers = { 'x-sig': hex, 'x-hub-signature': `sha256=${hex}`, authorization: 'Bearer sk_mkt_1234567890123456' };
  expect(signatureEvidence(headers, ['x-sig'])).toEqual({ 'x-sig': hex, 'x-hub-signature': `sha256=${hex}` });
  expect(signatureEvidence({ ...headers, 'x-sig': undefined }, ['authorization'])).toEqual({
    'x-hub-signature': `sha256=${hex}`,
  });
  expect(signatureEvidence({ 'x-sig': 'a'.repeat(500), 'x-signature': 'not one' }, ['x-sig'])).toBeUndefined();
  const many = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`x-signature-${index}`, hex]));
  expect(Object.keys(signatureEvidence(many, ['x-signature-8']) ?? {})).toEqual([
    'x-signature-8',
    ...['x-signature-0', 'x-signature-1', 'x-signature-2'],
  ]);
});
