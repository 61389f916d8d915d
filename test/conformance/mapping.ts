import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applySnapshot } from '#lib/orders/snapshot';
import { ContractError } from '#lib/platform/errors';
import { validateUcpOrder } from '#lib/ucp/validate';
import { RECEIVED_AT, readFixture, type Subject } from './kit.ts';

const BUYER = ['Torres', 'Vallarta', 'ana@example.com', '3312345678'];

/** Every example means something; whatever else comes is refused in words that tell the field and nobody's name. */
export function testMapping({ info, inbound, connection, read }: Subject): void {
  const topics = [...new Set([...info.topics, ...inbound.map(([, topic]) => topic)])];
  const received = { connection: connection.id, event: 'in_1', by: 'webhook' as const, receivedAt: RECEIVED_AT };

  describe(`${info.title}: mapping`, () => {
    test.each(inbound)('%s means something, the same each time, and is left as it was', (file, topic) => {
      const change = read(topic, deepFreeze(readFixture(info.name, file)));
      expect(read(topic, readFixture(info.name, file))).toEqual(change);
      if (change.type !== 'order') return;
      const { order } = applySnapshot(null, change.order, received);
      expect(validateUcpOrder(order.ucp)).toEqual([]);
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
