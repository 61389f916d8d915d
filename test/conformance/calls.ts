import { describe, expect, test } from 'vitest';
import type { PollPage } from '#lib/marketplaces/contract';
import { BlockedError, RejectedError, RetryableError, ThrottledError, UnknownOutcomeError } from '#lib/platform/errors';
import {
  type Answer,
  type Call,
  createRemote,
  isRead,
  pollContext,
  pushesOf,
  pushInput,
  readFixture,
  remoteContext,
  type Subject,
  TOKEN,
} from './kit.ts';

/** Pushes, probes, polls and fetches against a remote that answers well, badly or not at all. */
export function testCalls({ info, connector, poller, conformance, connection, source, inbound, read }: Subject): void {
  const remoteOf = (script: ReadonlyArray<Answer | 'timeout' | 'reset'>, settings = connection.settings) => {
    const { calls, http } = createRemote(info.name, script);
    return { calls, remote: { http, secrets: conformance.secrets, connection: { ...connection, settings } } };
  };

  describe.each(Object.entries(conformance.push))(`${info.title}: pushing %s`, (name, script) => {
    const action = pushesOf(connector)[name];
    const done = [script.done].flat();
    const run = (
      kind: 'push' | 'probe',
      answers: ReadonlyArray<Answer | 'timeout' | 'reset'>,
      secrets = conformance.secrets,
    ) => {
      const { calls, remote } = remoteOf(answers);
      const context = remoteContext({ ...remote, secrets });
      return { calls, result: action?.[kind](context, pushInput(source, conformance.shipsTo)) };
    };

    test('succeeds in as few calls as it takes, and whatever it reads first, that show who calls', async () => {
      const { calls, result } = run('push', done);
      await expect(result).resolves.toBeTypeOf('object');
      const { writes = 1 } = script;
      expect(calls.map(isRead)).toEqual(done.map((_, index) => index < done.length - writes));
      for (const { url } of calls) expect(url.pathname).toMatch(/^\/base(\/.|$)/);
      // However a secret is shown, written out, encoded or by a signature: with another one, the call is another.
      const others = run('push', done, otherSecrets(conformance.secrets));
      await others.result;
      const otherwise = others.calls.map(textOf);
      for (const [index, call] of calls.map(textOf).entries())
        if (!call.includes(TOKEN)) expect(call, 'it shows no secret').not.toBe(otherwise[index]);
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
      // Twice, as a connection with a token renews it once before it gives up.
      const error = await run('push', [answer, answer]).result?.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Expected);
      if (error instanceof ThrottledError) expect(error.retryAfterSeconds).toBe(60);
      if (error instanceof BlockedError) expect(error.waitsFor).toBe('connection');
    });

    // Some actions that may be repeated cannot be read back.
    if (script.found.length === 0) return;
    test('finds by a probe that only reads what a push has left, or that it left nothing', async () => {
      const found = run('probe', script.found);
      await expect(found.result).resolves.toBeTypeOf('object');
      await expect(found.result).resolves.not.toBeNull();
      const absent = run('probe', script.absent);
      await expect(absent.result).resolves.toBeNull();
      expect([...found.calls, ...absent.calls].filter((call) => !isRead(call))).toEqual([]);
    });

    test('leaves a failing probe undecided', async () => {
      await expect(run('probe', [{ status: 500, body: '{}' }]).result).rejects.toBeInstanceOf(RetryableError);
      const { unauthorized } = conformance;
      await expect(run('probe', [unauthorized, unauthorized]).result).rejects.toBeInstanceOf(BlockedError);
      await expect(run('probe', ['timeout']).result).rejects.toBeInstanceOf(UnknownOutcomeError);
    });

    if (name === 'fulfillment')
      test('blocks on a carrier without a word, and names what to add where', async () => {
        for (const carrierCode of [null, 'estafeta_air']) {
          const { calls, remote } = remoteOf([]);
          const input = pushInput(source);
          const fulfillment = { ...input.fulfillment, carrier: 'Estafeta Air', carrierCode };
          const pushed = action?.push(remoteContext(remote), { ...input, fulfillment });
          const error = await pushed?.catch((thrown: unknown) => thrown);
          expect(error).toBeInstanceOf(BlockedError);
          expect((error as BlockedError).code).toBe('carrier_unmapped');
          expect((error as BlockedError).detail.description).toContain('settings.carriers of');
          expect(calls).toEqual([]);
        }
        const [[code, word] = ['', '']] = Object.entries(connector.carriers);
        const sent = async (carrierCode: string, carriers: Record<string, string>) => {
          const { remote, calls } = remoteOf(done, { ...connection.settings, carriers });
          const input = pushInput(source);
          const fulfillment = { ...input.fulfillment, carrierCode };
          await action?.push(remoteContext(remote), { ...input, fulfillment });
          return calls.at(-1)?.body;
        };
        expect(await sent('estafeta_air', { Estafeta_Air: word })).toEqual(await sent(code, {}));
      });
  });

  test(`${info.title}: polls pages that can be read, to an end`, async () => {
    const { remote } = remoteOf(conformance.poll);
    const pages: PollPage[] = [];
    for await (const page of poller.poll(pollContext(remote))) pages.push(page);
    expect(pages.at(-1)?.resume).toBeNull();
    const items = pages.flatMap((page) => page.items);
    expect(items.length).toBeGreaterThan(0);
    for (const { topic, body } of items) expect(() => read(topic, body)).not.toThrow();
  });

  if (connector.actions.fetches)
    test(`${info.title}: fetches what an event only names`, async () => {
      const named = inbound.map(([file, topic]) => read(topic, readFixture(info.name, file)));
      const fetches = named.filter((change) => change.type === 'fetch');
      expect(fetches.length).toBeGreaterThan(0);
      for (const { action, resource } of fetches) {
        const scripts = conformance.fetch ?? [];
        const { remote } = remoteOf(Array.isArray(scripts) ? scripts : (scripts[action] ?? []));
        const item = await connector.actions.fetches?.[action]?.push(remoteContext(remote), { resource });
        expect(['fetch', 'none']).not.toContain(read(item?.topic ?? '', item?.body).type);
      }
    });
}

const otherSecrets = (secrets: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(secrets).map(([name, secret]) => [name, `other-${secret}`]));

/** All that a call says. */
const textOf = ({ url, headers, body }: Call): string => JSON.stringify([url, [...headers], body]);
