import { existsSync, readdirSync } from 'node:fs';
import { build } from 'esbuild';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BlockedError,
  ContractError,
  RejectedError,
  RetryableError,
  ThrottledError,
  UnknownOutcomeError,
} from '#lib/errors';
import { applySnapshot } from '#lib/orders/apply';
import { validateUcpOrder } from '#lib/ucp/validate';
import {
  type Answer,
  type Conformance,
  connectionOf,
  createRemote,
  pollContext,
  pushContext,
  RECEIVED_AT,
  readFixture,
} from './conformance-kit.ts';
import type { Change, PollPage } from './contract.ts';
import { registry } from './registry.ts';

const here = (path: string) => new URL(path, import.meta.url);
const BUYER = ['Torres', 'Vallarta', 'ana@example.com', '3312345678'];
const FILES = ['info', 'settings', 'schema', 'client', 'map', 'carriers', 'actions', 'index', 'conformance'];

for (const { info, load } of registry) {
  const { connector } = await load();
  const { conformance }: { conformance: Conformance } = await import(`./${info.name}/conformance.ts`);
  const connection = connectionOf(info, conformance.settings);
  const source = connectionOf({ ...info, name: 'scopio' });
  const read = (topic: string, body: unknown): Change[] =>
    connector.map({ topic, body, receivedAt: RECEIVED_AT }, connection);
  const inbound = Object.entries(conformance.inbound);
  const topics = [...new Set([...info.topics, ...Object.values(conformance.inbound)])];
  const remoteOf = (script: ReadonlyArray<Answer | 'timeout' | 'reset'>, settings = connection.settings) => {
    const { calls, http } = createRemote(info.name, script);
    return { calls, remote: { http, secrets: conformance.secrets, connection: { ...connection, settings } } };
  };

  describe(`${info.title}: the folder`, () => {
    test('has the same files as every other', () => {
      const files = [...FILES, ...(info.topics.length > 0 ? ['webhook'] : [])];
      expect(files.filter((file) => !existsSync(here(`./${info.name}/${file}.ts`)))).toEqual([]);
    });

    test('describes one marketplace', () => {
      expect(connector.info).toBe(info);
      expect(info.name).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(info.topics.filter((topic) => !/^[a-z]+(-[a-z]+)*$/.test(topic))).toEqual([]);
      expect(info.pollIntervalSeconds).toBeGreaterThan(0);
      expect(info.requestsPerMinute).toBeGreaterThan(0);
      expect(connector.webhook?.info).toBe(info.topics.length > 0 ? info : undefined);
      expect(connector.poll === undefined).toBe(conformance.poll === undefined);
      expect(connector.fetch === undefined).toBe(conformance.fetch === undefined);
      expect(Object.keys(connector.push)).toEqual(Object.keys(conformance.push));
    });

    test('refuses unknown, missing and empty secrets and unknown settings by name', () => {
      expect(connector.Secrets.safeParse(conformance.secrets).success).toBe(true);
      expect(connector.Secrets.safeParse({}).success).toBe(false);
      expect(connector.Secrets.safeParse({ ...conformance.secrets, spare: 'x' }).error?.message).toContain('spare');
      for (const name of Object.keys(conformance.secrets))
        expect(connector.Secrets.safeParse({ ...conformance.secrets, [name]: '' }).success).toBe(false);
      expect(connector.Settings.safeParse(connection.settings).success).toBe(true);
      expect(connector.Settings.safeParse({ spare: 'x' }).error?.message).toContain('spare');
    });

    test('has canonical carrier codes, each with its own word', () => {
      const codes = Object.keys(connector.carriers);
      expect(codes.filter((code) => !/^[a-z]+(_[a-z]+)*$/.test(code))).toEqual([]);
      expect(new Set(Object.values(connector.carriers).map((word) => word.toLowerCase())).size).toBe(codes.length);
    });

    test('has an example for every topic', () => {
      expect(info.topics.filter((topic) => !Object.values(conformance.inbound).includes(topic))).toEqual([]);
      const files = readdirSync(here(`./${info.name}/fixtures/`));
      const used = JSON.stringify(conformance);
      expect(files.filter((file) => !used.includes(`"${file}"`))).toEqual([]);
    });
  });

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

      test.runIf(proof.coversBody)('refuses the proof of another body', () => {
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

      test('is bundled without zod, a client or anything else it does not need', async () => {
        const entry = here(`./${info.name}/webhook.ts`).pathname;
        const bundle = await build({
          entryPoints: [entry],
          bundle: true,
          platform: 'node',
          format: 'esm',
          write: false,
          metafile: true,
        });
        const unwanted = Object.keys(bundle.metafile.inputs).filter((path) => /node_modules|client|schema/.test(path));
        expect(unwanted).toEqual([]);
      });
    });

  describe(`${info.title}: mapping`, () => {
    test.each(inbound)('%s means something, the same each time, and is left as it was', (file, topic) => {
      const changes = read(topic, deepFreeze(readFixture(info.name, file)));
      expect(changes.length).toBeGreaterThan(0);
      expect(read(topic, readFixture(info.name, file))).toEqual(changes);
      for (const change of changes) {
        if (change.type !== 'order') continue;
        const { order } = applySnapshot(null, change.order, {
          connection: connection.id,
          event: 'in_1',
          by: 'webhook',
          receivedAt: RECEIVED_AT,
        });
        expect(validateUcpOrder(order.ucp)).toEqual([]);
      }
    });

    test('absent and null are the same, and extra keys pass', () => {
      for (const [file, topic] of inbound) {
        const body = readFixture(info.name, file);
        expect(read(topic, withExtras(body))).toEqual(read(topic, body));
        expect(read(topic, withoutNulls(body))).toEqual(read(topic, body));
      }
    });

    test('answers garbage with ContractError, and with the buyer in none of its words', () => {
      fc.assert(fc.property(fc.constantFrom(...topics), fc.jsonValue(), (topic, body) => readsOrRefuses(topic, body)));
    });

    test('answers its own examples, damaged, with ContractError that names the field', () => {
      const damage = fc.record({
        example: fc.constantFrom(...inbound),
        at: fc.nat(),
        value: fc.oneof(fc.constant(undefined), fc.constant(null), fc.jsonValue()),
      });
      fc.assert(
        fc.property(damage, ({ example: [file, topic], at, value }) =>
          readsOrRefuses(topic, damaged(readFixture(info.name, file), at, value)),
        ),
        { numRuns: 500 },
      );
    });
  });

  function readsOrRefuses(topic: string, body: unknown): void {
    try {
      for (const change of read(topic, body)) {
        if (change.type !== 'order') continue;
        applySnapshot(null, change.order, {
          connection: connection.id,
          event: 'in_1',
          by: 'poll',
          receivedAt: RECEIVED_AT,
        });
      }
    } catch (error) {
      expect(error).toBeInstanceOf(ContractError);
      const { detail } = error as ContractError;
      expect(detail.field).toBeTypeOf('string');
      expect(BUYER.filter((word) => JSON.stringify(detail).includes(word))).toEqual([]);
    }
  }

  describe.each(Object.entries(conformance.push))(`${info.title}: pushing %s`, (name, script) => {
    const action = connector.push[name];
    const run = (kind: 'push' | 'probe', answers: ReadonlyArray<Answer | 'timeout' | 'reset'>) => {
      const { calls, remote } = remoteOf(answers);
      return { calls, result: action?.[kind](pushContext(remote, source)) };
    };

    test('succeeds in one call that shows who calls', async () => {
      const { calls, result } = run('push', [script.done]);
      await expect(result).resolves.toBeTypeOf('object');
      expect(calls).toHaveLength(1);
      expect(calls[0]?.url.pathname).toMatch(/^\/base\/./);
      expect(JSON.stringify([...(calls[0]?.headers ?? [])])).toContain(Object.values(conformance.secrets)[0]);
    });

    const limited = { status: 429, body: '{"error":"Too Many Requests","retry_after_seconds":60}' };
    test.each([
      ['429', limited, ThrottledError],
      ['500', { status: 500, body: '{}' }, RetryableError],
      ['a 503 from in between', { status: 503, body: '<html>' }, RetryableError],
      ['not being known', conformance.unauthorized, BlockedError],
      ['not found', conformance.notFound, RejectedError],
      ['400', { status: 400, body: '{"message":"no","description":"no"}' }, RejectedError],
      ['a timeout', 'timeout', UnknownOutcomeError],
      ['a reset', 'reset', UnknownOutcomeError],
    ] as const)('after %s says what happens next', async (_what, answer, Expected) => {
      const error = await run('push', [answer]).result?.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Expected);
      if (error instanceof ThrottledError) expect(error.retryAfterSeconds).toBe(60);
      if (error instanceof BlockedError) expect(error.waitsFor).toBe('connection');
    });

    test('finds by a probe that only reads what a push has left, or that it left nothing', async () => {
      const found = run('probe', script.found);
      await expect(found.result).resolves.toBeTypeOf('object');
      await expect(found.result).resolves.not.toBeNull();
      const absent = run('probe', script.absent);
      await expect(absent.result).resolves.toBeNull();
      expect([...found.calls, ...absent.calls].filter(({ method }) => method !== 'GET')).toEqual([]);
    });

    test('leaves a failing probe undecided', async () => {
      await expect(run('probe', [{ status: 500, body: '{}' }]).result).rejects.toBeInstanceOf(RetryableError);
      await expect(run('probe', [conformance.unauthorized]).result).rejects.toBeInstanceOf(BlockedError);
      await expect(run('probe', ['timeout']).result).rejects.toBeInstanceOf(UnknownOutcomeError);
    });

    test.runIf(name === 'fulfillment')('blocks on a carrier without a word, and names what to add where', async () => {
      for (const carrierCode of [null, 'estafeta_air']) {
        const { calls, remote } = remoteOf([]);
        const context = pushContext(remote, source);
        const parcel = context.fulfillment && { ...context.fulfillment, carrier: 'Estafeta Air', carrierCode };
        const error = await action?.push({ ...context, fulfillment: parcel }).catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(BlockedError);
        expect((error as BlockedError).code).toBe('carrier_unmapped');
        expect((error as BlockedError).detail.description).toContain('settings.carriers of');
        expect(calls).toEqual([]);
      }
      const word = Object.values(connector.carriers)[0] ?? '';
      const { remote, calls } = remoteOf([script.done], { ...connection.settings, carriers: { Estafeta_Air: word } });
      const context = pushContext(remote, source);
      const parcel = context.fulfillment && { ...context.fulfillment, carrierCode: 'estafeta_air' };
      await action?.push({ ...context, fulfillment: parcel });
      expect(JSON.stringify(calls[0]?.body)).toContain(`"${word}"`);
    });
  });

  test.runIf(connector.poll)(`${info.title}: polls pages that can be read, to an end`, async () => {
    const { remote } = remoteOf(conformance.poll ?? []);
    const pages: PollPage[] = [];
    for await (const page of connector.poll?.(pollContext(remote)) ?? []) pages.push(page);
    expect(pages.at(-1)?.resume).toBeNull();
    const items = pages.flatMap((page) => page.items);
    expect(items.length).toBeGreaterThan(0);
    for (const { topic, body } of items) expect(read(topic, body).length).toBeGreaterThan(0);
  });

  test.runIf(connector.fetch)(`${info.title}: fetches what an event only names`, async () => {
    const named = inbound.flatMap(([file, topic]) => read(topic, readFixture(info.name, file)));
    const fetches = named.filter((change) => change.type === 'fetch');
    expect(fetches.length).toBeGreaterThan(0);
    for (const { action, resource } of fetches) {
      const { remote } = remoteOf(conformance.fetch ?? []);
      const item = await connector.fetch?.({ ...remote, now: () => new Date(RECEIVED_AT) }, action, resource);
      const changes = read(item?.topic ?? '', item?.body);
      expect(changes.map(({ type }) => type)).not.toContain('fetch');
    }
  });
}

const cut = (value: string): string => value.slice(0, -1);

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
}

function withExtras(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withExtras);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([key, member]) => [key, withExtras(member)]);
  return { ...Object.fromEntries(members), x_extra: { anything: [1] } };
}

const withoutNulls = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_key, member: unknown) => (member === null ? undefined : member)));

/** A copy with one member, counted in depth-first order, replaced; undefined takes it out. */
function damaged(body: unknown, at: number, value: unknown): unknown {
  const copy = structuredClone(body);
  const places: Array<[Record<string, unknown>, string]> = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, child] of Object.entries(node)) {
      places.push([node as Record<string, unknown>, key]);
      visit(child);
    }
  };
  visit(copy);
  const [parent, key] = places[at % places.length] ?? [{}, ''];
  if (value === undefined) delete parent[key];
  else parent[key] = value;
  return copy;
}
