import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Change } from '#lib/marketplaces/contract';
import { mapBody } from '#lib/marketplaces/map-body';
import { factsOf } from '#lib/orders/facts';
import { applySnapshot } from '#lib/orders/snapshot';
import { ContractError } from '#lib/platform/errors';
import { validateUcpOrder } from '#lib/ucp/validate';
import { RECEIVED_AT, readFixture, type Subject } from './kit.ts';

/** Rounded by JSON to 90071992547409940000, like its neighbors. */
const ROUNDED: unknown = JSON.parse('90071992547409930001');
/** Possible in any JSON: `String` of it throws. */
const NO_TEXT = { toString: {} };
const BUYER = ['Torres', 'Vallarta', 'ana@example.com', '3312345678'];

/** Every example means something; anything else is refused, naming the field and nobody's data. */
export function testMapping({ info, inbound, connection, connector, read }: Subject): void {
  const topics = [...new Set([...info.topics, ...inbound.map(([, topic]) => topic)])];
  const received = { connection: connection.id, event: 'in_1', by: 'webhook' as const, receivedAt: RECEIVED_AT };

  describe(`${info.title}: mapping`, () => {
    test.each(inbound)('%s means something, the same each time, and is left as it was', (file, topic) => {
      const change = read(topic, deepFreeze(readFixture(info.name, file)));
      expect(read(topic, readFixture(info.name, file))).toEqual(change);
      if (change.type !== 'order') return;
      const { order } = applySnapshot(null, change.order, received);
      expect(validateUcpOrder(order.ucp)).toEqual([]);
      const { amounts, lines } = factsOf(order);
      const { goods, discount, shipping, tax, other, total } = amounts;
      // An accountant gets the same total.
      expect(goods - discount + shipping + other + (order.taxIncluded ? 0 : tax)).toBe(total);
      const units = lines.map(
        ({ unitPrice, quantity }) => ((order.taxIncluded ? unitPrice.gross : unitPrice.net) ?? NaN) * quantity,
      );
      expect(units.reduce((sum, each) => sum + each, 0)).toBe(goods);
    });

    test('orders come from it if it says that it sells, and only then', () => {
      const sold = inbound.some(([file, topic]) => read(topic, readFixture(info.name, file)).type === 'order');
      expect(sold).toBe(info.sells);
    });

    test('absent and null are the same, and extra keys pass', () => {
      for (const [file, topic] of inbound) {
        const body = readFixture(info.name, file);
        expect(read(topic, withExtras(body))).toEqual(read(topic, body));
        expect(read(topic, withoutNulls(body))).toEqual(read(topic, body));
      }
    });

    test('what it does not read of an order is named', () => {
      for (const [file, topic] of inbound) {
        const body = { ...(readFixture(info.name, file) as object), never_heard_of: { kind: 7 } };
        const { change } = mapBody(connector, { topic, body, receivedAt: RECEIVED_AT }, connection);
        if (change instanceof Error || change.type !== 'order') continue;
        expect(change.order.unread).toContain('never_heard_of');
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

  test(`${info.title}: a member that no text can be made of is passed over, or refused by name`, () => {
    for (const [file, topic] of inbound)
      for (const odd of [NO_TEXT, [NO_TEXT]])
        for (const body of everyMemberOf(readFixture(info.name, file), odd)) readsOrRefuses(topic, body);
  });

  test(`${info.title}: ids that JSON rounded are refused by name, never merged`, () => {
    for (const [file, topic] of inbound)
      for (const body of everyMemberOf(readFixture(info.name, file), ROUNDED)) {
        const change = tryRead(topic, body);
        if (change) expect(JSON.stringify(change)).not.toContain(String(ROUNDED));
      }
  });

  test(`${info.title}: ids fit the keys of the table, or are refused by name`, () => {
    for (const [file, topic] of inbound)
      for (const body of everyMemberOf(readFixture(info.name, file), 'x'.repeat(3000))) {
        const change = tryRead(topic, body);
        if (change) expect(idsIn(change).filter((id) => id.length > 300)).toEqual([]);
      }
  });

  function tryRead(topic: string, body: unknown): Change | undefined {
    try {
      return read(topic, body);
    } catch (error) {
      expect(error).toBeInstanceOf(ContractError);
      expect((error as ContractError).detail.field).toBeTypeOf('string');
      return undefined;
    }
  }

  function readsOrRefuses(topic: string, body: unknown): void {
    try {
      const change = read(topic, body);
      if (change.type === 'order') applySnapshot(null, change.order, received);
    } catch (error) {
      expect(error).toBeInstanceOf(ContractError);
      const { detail } = error as ContractError;
      expect(detail.field).toBeTypeOf('string');
      expect(BUYER.filter((word) => JSON.stringify(detail).includes(word))).toEqual([]);
    }
  }
}

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

/** For each member, a copy in which it is replaced. */
function* everyMemberOf(body: unknown, value: unknown): Generator<unknown> {
  for (let at = 0; at < countMembers(body); at++) yield damaged(body, at, value);
}

const countMembers = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? Object.values(value).reduce<number>((sum, each) => sum + 1 + countMembers(each), 0)
    : 0;

/** Everything that becomes part of a table key. */
function idsIn(change: Change): string[] {
  const ids: Array<string | null | undefined> = [];
  if (change.type === 'order') {
    const { externalId, lines } = change.order;
    ids.push(externalId, ...lines.flatMap(({ id, sku }) => [id, sku]));
  } else if (change.type === 'shipment') ids.push(change.shipment.orderId, change.shipment.remoteId);
  else if (change.type === 'products') ids.push(...change.products.map(({ sku }) => sku));
  else if (change.type === 'fetch') ids.push(change.resource);
  else if (change.type === 'gone') ids.push(change.externalId);
  else if (change.type === 'none') ids.push(change.about?.remoteId);
  else if (change.type === 'return') ids.push(change.return.externalId);
  return ids.filter((id) => typeof id === 'string');
}

/** A copy with one member (counted depth first) replaced; undefined removes it. */
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
