import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readFixture, type Subject } from './kit.ts';

/** Valid, rotated, empty, tampered and foreign proofs, and a receiver bundle that contains nothing else. */
export function testAuthenticity({ info, connector, conformance, inbound }: Subject): void {
  const { webhook } = connector;
  const proof = conformance.webhook;
  if (webhook && proof)
    describe(`${info.title}: authenticity`, () => {
      const previous = `previous${proof.secret.charAt(0).toUpperCase()}${proof.secret.slice(1)}`;
      const [now, before] = [conformance.secrets[proof.secret] ?? '', conformance.secrets[previous] ?? ''];
      const body = Buffer.from(JSON.stringify(readFixture(info.name, inbound[0]?.[0] ?? '')));
      const accepts = (secret: string, secrets: Record<string, string>) =>
        webhook.authenticate({ body, ...proof.prove(body, secret) }, { secrets, settings: {} });

      test('accepts the current and the previous secret, each alone and both', () => {
        expect(accepts(now, { [proof.secret]: now, [previous]: before })).toBe(true);
        expect(accepts(before, { [proof.secret]: now, [previous]: before })).toBe(true);
        expect(accepts(now, { [proof.secret]: now })).toBe(true);
        expect(accepts(before, { [previous]: before })).toBe(true);
      });

      test('refuses any other secret, and empty ones whatever they sign', () => {
        expect(accepts('other', { [proof.secret]: now, [previous]: before })).toBe(false);
        expect(accepts(before, { [proof.secret]: now })).toBe(false);
        expect(accepts('', { [proof.secret]: '', [previous]: '' })).toBe(false);
        expect(accepts('', { [proof.secret]: now, [previous]: '' })).toBe(false);
        expect(accepts('', {})).toBe(false);
        expect(accepts('undefined', {})).toBe(false);
      });

      test('refuses a proof that is missing, cut, lengthened or prefixed', () => {
        const { headers, rest } = proof.prove(body, now);
        const credentials = { secrets: { [proof.secret]: now }, settings: {} };
        const tamper = [
          () => '',
          cut,
          (v: string) => `${v}00`,
          (v: string) => `md5=${v}`,
          (v: string) => `=${v}`,
          (v: string) => `${v},${v}`,
        ];
        for (const change of tamper) {
          const changed = Object.fromEntries(
            Object.entries(headers).map(([name, value]) => [name, change(value ?? '')]),
          );
          expect(webhook.authenticate({ body, headers: changed, rest: rest.map(change) }, credentials)).toBe(false);
        }
        expect(webhook.authenticate({ body, headers: {}, rest: [] }, credentials)).toBe(false);
        expect(webhook.authenticate({ body, headers, rest: [...rest, 'more'] }, credentials)).toBe(false);
      });

      test('a refused request leaves evidence that admits it once its secret is right, and holds no secret', () => {
        const { headers, rest } = proof.prove(body, now);
        const wrong = { secrets: { [proof.secret]: 'wrong' }, settings: {} };
        const evidence = webhook.evidence({ body, headers, rest }, wrong) ?? {};
        const admits = (secrets: Record<string, string>, of = evidence, content = body) =>
          webhook.admits(of, content, { secrets, settings: {} });
        expect(JSON.stringify(evidence)).not.toContain(now);
        expect(admits({ [proof.secret]: now })).toBe(true);
        expect(admits({ [proof.secret]: before, [previous]: now })).toBe(true);
        expect(admits({ [proof.secret]: 'wrong' })).toBe(false);
        expect(admits({ [proof.secret]: '' })).toBe(false);
        expect(admits({})).toBe(false);
        expect(admits({ [proof.secret]: now }, {})).toBe(false);
        expect(admits({ [proof.secret]: now }, evidence, Buffer.concat([body, Buffer.from(' ')]))).toBe(false);
      });

      test('a request that no secret makes authentic leaves no evidence', () => {
        const { headers, rest } = proof.prove(body, now);
        const credentials = { secrets: { [proof.secret]: now }, settings: {} };
        expect(webhook.evidence({ body, headers: {}, rest: [] }, credentials)).toBeUndefined();
        expect(webhook.evidence({ body, headers, rest: [...rest, 'more'] }, credentials)).toBeUndefined();
        const empty = Object.fromEntries(Object.keys(headers).map((name) => [name, '']));
        expect(webhook.evidence({ body, headers: empty, rest: rest.map(() => '') }, credentials)).toBeUndefined();
      });

      test('knows a trial of the URL from an event', () => {
        for (const trial of proof.tests ?? []) expect(webhook.isTest?.(Buffer.from(trial))).toBe(true);
        for (const [file, topic] of inbound.filter(([, topic]) => info.topics.includes(topic))) {
          const event = Buffer.from(JSON.stringify(readFixture(info.name, file)));
          expect([topic, webhook.isTest?.(event) ?? false]).toEqual([topic, false]);
        }
      });

      test('objects to none of its examples, and answers with an object', () => {
        for (const [file, topic] of inbound.filter(([, topic]) => info.topics.includes(topic)))
          expect([file, webhook.objection?.(topic, readFixture(info.name, file)) ?? null]).toEqual([file, null]);
        const problem = { code: 'not_json', description: 'the body is not JSON' };
        for (const answer of [webhook.answer?.(null), webhook.answer?.(problem)])
          expect(answer ?? {}).toBeTypeOf('object');
        if (webhook.answer) expect(JSON.stringify(webhook.answer(problem))).toContain(problem.description);
      });

      if (proof.coversBody)
        test('refuses the proof of another body', () => {
          const credentials = { secrets: { [proof.secret]: now }, settings: {} };
          const { headers, rest } = proof.prove(body, now);
          fc.assert(
            fc.property(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }), (index, bits) => {
              const changed = Buffer.from(body);
              changed[index] = (changed[index] ?? 0) ^ bits;
              expect(webhook.authenticate({ body: changed, headers, rest }, credentials)).toBe(false);
            }),
          );
        });
    });
}

const cut = (value: string): string => value.slice(0, -1);
