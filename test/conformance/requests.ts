import { describe, expect, test } from 'vitest';
import type { Product } from '#lib/catalog/product';
import type { RemoteContext } from '#lib/marketplaces/action';
import { BlockedError, RetryableError, ThrottledError, UnknownOutcomeError } from '#lib/platform/errors';
import { type Answer, createRemote, isRead, RECEIVED_AT, remoteContext, type Subject } from './kit.ts';

type Script = ReadonlyArray<Answer | 'timeout' | 'reset'>;

/** Requests of the seller through the hub's API, and stock: done, refused, throttled, unknown. */
export function testRequests({ info, connector, conformance, connection }: Subject): void {
  const open = (script: Script) => {
    const { calls, http } = createRemote(info.name, script);
    return { calls, context: remoteContext({ http, secrets: conformance.secrets, connection }) };
  };
  const failures = [
    ['429', { status: 429, body: '{"retry_after_seconds":60}' }, ThrottledError],
    ['500', { status: 500, body: '{}' }, RetryableError],
    ['not being known', conformance.unauthorized, BlockedError],
    ['a timeout', 'timeout', UnknownOutcomeError],
  ] as const;

  test(`${info.title}: every request and stock has a script`, () => {
    expect(Object.keys(connector.actions.requests ?? {})).toEqual(Object.keys(conformance.requests ?? {}));
    expect(connector.actions.stock === undefined).toBe(conformance.stock === undefined);
  });

  for (const [name, { input, done, found, absent }] of Object.entries(conformance.requests ?? {})) {
    const action = connector.actions.requests?.[name];
    const run = (kind: 'push' | 'probe', context: RemoteContext) => action?.[kind]?.(context, input);

    describe(`${info.title}: asked to ${name}`, () => {
      test('takes what it documents and nothing else', () => {
        expect(action?.summary).toMatch(/\.$/);
        expect(action?.Input.safeParse(input).success).toBe(true);
        expect(action?.Input.safeParse({}).success).toBe(false);
        expect(action?.Input.safeParse({ ...(input as object), spare: 1 }).error?.message).toContain('spare');
      });

      test('does it, and shows who calls', async () => {
        const { calls, context } = open(done);
        await expect(run('push', context)).resolves.toBeTypeOf('object');
        expect(calls).toHaveLength(done.length);
        expect(JSON.stringify([...(calls[0]?.headers ?? [])])).toContain(Object.values(conformance.secrets)[0]);
      });

      test.each(failures)('after %s says what happens next', async (_what, answer, Expected) => {
        await expect(run('push', open([answer, answer]).context)).rejects.toBeInstanceOf(Expected);
      });

      test('probes by reading only, or not at all', async () => {
        if (!action?.probe) return expect([found, absent]).toEqual([undefined, undefined]);
        const cases: Array<[Answer[], boolean]> = [
          ...(found ? [[found, true] as [Answer[], boolean]] : []),
          [absent ?? [], false],
        ];
        for (const [script, isFound] of cases) {
          const { calls, context } = open(script);
          expect((await run('probe', context)) !== null).toBe(isFound);
          expect(calls.filter((call) => !isRead(call))).toEqual([]);
        }
      });
    });
  }

  const script = conformance.stock;
  if (script)
    describe(`${info.title}: stock`, () => {
      const listing: Product = {
        id: `${connection.id}:MUG-RED`,
        connection: connection.id,
        sku: 'MUG-RED',
        externalId: '29372618',
        updatedAt: RECEIVED_AT,
        revision: 1,
      };

      test('is told as a quantity of one SKU', async () => {
        const { calls, context } = open(script);
        await connector.actions.stock?.push(context, { listing, quantity: 7 });
        const told = calls.map(({ url, body }) => `${url.pathname} ${JSON.stringify(body)}`).join();
        expect(told).toMatch(/MUG-RED|29372618/);
        expect(told).toMatch(/\b7\b/);
      });

      test.each(failures)('after %s says what happens next', async (_what, answer, Expected) => {
        await expect(
          connector.actions.stock?.push(open([answer, answer]).context, { listing, quantity: 7 }),
        ).rejects.toBeInstanceOf(Expected);
      });
    });
}
