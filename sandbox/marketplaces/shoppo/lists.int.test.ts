import { describe, expect, it } from 'vitest';
import { documented, start, stopAfterEach } from './test-partner.ts';

stopAfterEach();

const PAGE = `query ($first: Int, $last: Int, $after: String, $before: String, $filters: OrderFilterInput) {
  orderList(first: $first, last: $last, after: $after, before: $before, filters: $filters) {
    length edges { cursor node { id status } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;

async function startWithOrders(count: number) {
  const at = { now: Date.parse('2026-11-20T08:00:00Z') };
  const started = await start({ now: () => new Date(at.now) });
  const ids: string[] = [];
  for (let number = 1; number <= count; number += 1) {
    ids.push((await started.create(`PO-${number}`, { 'SHP-1': 1 })).id);
    at.now += 10_000;
  }
  const list = async (variables: Record<string, unknown> = {}) => {
    const { data, errors } = await started.ask(PAGE, variables);
    if (errors) return { message: errors[0].message };
    const { edges, ...rest } = data.orderList;
    return { ...rest, ids: edges.map(({ node }: { node: { id: string } }) => node.id) };
  };
  return { ...started, at, ids, list };
}

describe('Lists at Shoppo', () => {
  it('are paged with first and after, and backwards with last and before', async () => {
    const { ids, list } = await startWithOrders(5);
    const first = await list({ first: 2 });
    expect(first).toMatchObject({ length: 5, ids: ids.slice(0, 2), pageInfo: { hasNextPage: true } });
    expect(Buffer.from(first.pageInfo.endCursor, 'base64').toString()).toBe('arrayconnection:1');
    const second = await list({ first: 2, after: first.pageInfo.endCursor });
    expect(second).toMatchObject({ ids: ids.slice(2, 4), pageInfo: { hasNextPage: true, hasPreviousPage: true } });
    const third = await list({ first: 2, after: second.pageInfo.endCursor });
    expect(third).toMatchObject({ ids: ids.slice(4), pageInfo: { hasNextPage: false } });
    expect(await list({ first: 2, after: third.pageInfo.endCursor })).toMatchObject({
      ids: [],
      pageInfo: { hasNextPage: false, endCursor: null },
    });
    expect((await list({ last: 2, before: third.pageInfo.startCursor })).ids).toEqual(ids.slice(2, 4));
    expect((await list({ first: -1 })).message).toBe('first must not be negative');
    expect((await list({ after: 'nonsense' })).message).toBe('after is not a cursor of this list');
  });

  it('hold 20 entries where no size is asked for', async () => {
    const { ids, list } = await startWithOrders(22);
    expect(await list()).toMatchObject({ length: 22, ids: ids.slice(0, 20), pageInfo: { hasNextPage: true } });
    expect((await list({ first: 1000 })).ids).toHaveLength(22);
  });

  it('of orders are filtered by each filter of the page', async () => {
    const { ids, list, pay, skuId, sandbox, at, create } = await startWithOrders(3);
    const matching = async (filters: Record<string, unknown>) => (await list({ filters })).ids;
    expect(await matching({ order_id: ids[1] })).toEqual([ids[1]]);
    expect(await matching({ partner_order_code: 'PO-3' })).toEqual([ids[2]]);
    expect(await matching({ partner_order_code: 'PO-9' })).toEqual([]);
    expect(await matching({ sku_id: skuId('SHP-1') })).toEqual(ids);
    expect(await matching({ sku_id: sandbox.orders()[0]?.items[0]?.sku.id })).toEqual([ids[0]]);
    expect(await matching({ order_csv_upload_record_id: '1' })).toEqual([]);
    const paidAt = at.now / 1000;
    await pay(ids[0] ?? '');
    at.now += 60_000;
    await pay(ids[1] ?? '');
    expect(await matching({ time_payment_processed_range: [paidAt, paidAt] })).toEqual([ids[0]]);
    expect(await matching({ time_payment_processed_range: [paidAt + 1, null] })).toEqual([ids[1]]);
    expect(await matching({ time_payment_processed_range: [0, paidAt + 60] })).toEqual([ids[0], ids[1]]);
    expect((await list({ filters: { time_payment_processed_range: [paidAt] } })).message).toContain('[from, to]');
    expect(await matching({ status_in: ['OPEN'] })).toEqual([ids[2]]);
    expect(await matching({ status_in: ['PAID', 'DELIVERED'] })).toEqual([ids[0], ids[1]]);
    expect((await list({ filters: { status_in: ['LOST'] } })).message).toContain('OrderStatus');
    await create('PO-4', { 'SHP-3': 1 });
    expect(await matching({ sku_id: skuId('SHP-3') })).toEqual([sandbox.orders()[3]?.id]);
  });

  it('of products are filtered, and find a product whose Sku changed', async () => {
    const { ask, at, control } = await startWithOrders(0);
    const names = async (filters: Record<string, unknown>) => {
      const { edges } = (await ask(documented('product-list'), { filters })).data.productList;
      return edges.map(({ node }: { node: { name: string } }) => node.name);
    };
    const start = at.now / 1000;
    at.now += 100_000;
    await control('PATCH', '/skus/SHP-5', { inventory: 0 });
    await control('POST', '/products', { identifier: 'NEW', name: 'New', skus: [{ identifier: 'NEW-1', price: 1 }] });
    expect(await names({ timeUpdatedRange: [start + 1, start + 100] })).toEqual(['Silk scarf', 'New']);
    expect(await names({ timeCreateRange: [start, start + 99] })).toHaveLength(3);
    expect(await names({ categoryId: '3020207' })).toEqual(['Steel flask']);
    await control('PATCH', '/products/NEW', { enabled: false });
    await control('POST', '/merchants/toggle', { merchants: [{ id: '1146002', enabled: false }] });
    expect(await names({ productEnabled: true })).toEqual(['Bamboo lunch box', 'Steel flask']);
    expect(await names({ productEnabled: false })).toEqual(['Silk scarf', 'New']);
  });

  it('give the Sku ids behind identifiers', async () => {
    const { ask, skuId } = await start();
    const query = '{ productList(first: 100) { edges { node { inventory skus { id identifier inventory } } } } }';
    const { edges } = (await ask(query)).data.productList;
    expect(edges[1].node).toEqual({
      inventory: 63,
      skus: [
        { id: skuId('SHP-3'), identifier: 'SHP-3', inventory: 60 },
        { id: skuId('SHP-4'), identifier: 'SHP-4', inventory: 3 },
      ],
    });
  });
});
