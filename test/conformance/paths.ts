import { expect, test } from 'vitest';
import type { RemoteContext } from '#lib/marketplaces/action';
import { RejectedError } from '#lib/platform/errors';
import { type Answer, type Call, createRemote, pushesOf, pushInput, remoteContext, type Subject } from './kit.ts';

const ID = 'ord_8f3a';
const ODD = ['..', '.', 'a/b', '../fulfill', '%2e%2e', '100%', 'a?b#c', 'ø ü', 'x'.repeat(200)];

/** Whatever an id contains, it stays one segment of the documented path, or is refused: it leads to no other path. */
export function testPaths({ info, connector, conformance, connection, source }: Subject): void {
  const { fetches = {}, stock } = connector.actions;
  const pushes = Object.entries(conformance.push).flatMap(([name, { done, found }]) => [
    { name, kind: 'push' as const, answers: [done].flat() },
    { name, kind: 'probe' as const, answers: found },
  ]);
  test.each(pushes)(
    `${info.title}: an odd id leads to no other path in the $kind of $name`,
    ({ name, kind, answers }) =>
      leadsNowhereElse(answers, (remote, externalId) => {
        const input = pushInput(source, conformance.shipsTo);
        const order = { ...input.order, externalId, id: `${source.id}:${externalId}` };
        return pushesOf(connector)[name]?.[kind](remote, { ...input, order, about: externalId });
      }),
  );

  const scripts = conformance.fetch ?? [];
  const read = Array.isArray(scripts)
    ? Object.fromEntries(Object.keys(fetches).map((name) => [name, scripts]))
    : scripts;
  test.each(Object.entries(read))(
    `${info.title}: an odd id leads to no other path in the fetch of %s`,
    (name, answers) => leadsNowhereElse(answers, (remote, resource) => fetches[name]?.push(remote, { resource })),
  );

  if (stock)
    test(`${info.title}: an odd SKU leads to no other path`, () =>
      leadsNowhereElse(conformance.stock ?? [], (remote, sku) => {
        const listing = { id: sku, connection: connection.id, sku, updatedAt: '2026-11-20T08:15:00.000Z', revision: 1 };
        return stock.push(remote, { listing, quantity: 7 });
      }));

  type Act = (remote: RemoteContext, id: string) => Promise<unknown> | undefined;

  async function leadsNowhereElse(answers: readonly Answer[], act: Act): Promise<void> {
    const plain = (await callsOf(answers, ID, act)).map(segmentsOf);
    for (const odd of ODD) {
      const called = (await callsOf(answers, odd, act)).map(segmentsOf);
      const wanted = plain.map((segments) => segments.map((each) => (each === ID ? odd : each)));
      expect(called).toEqual(wanted.slice(0, called.length));
    }
  }

  async function callsOf(answers: readonly Answer[], id: string, act: Act): Promise<Call[]> {
    const { calls, http } = createRemote(info.name, answers);
    const remote = remoteContext({ http, secrets: conformance.secrets, connection });
    await act(remote, id)?.catch((error: unknown) => expect(error).toBeInstanceOf(RejectedError));
    return calls;
  }
}

const segmentsOf = ({ url }: Call): string[] => url.pathname.split('/').map(decodeURIComponent);
