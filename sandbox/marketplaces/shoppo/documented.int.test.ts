import { readdirSync, readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, it, vi } from 'vitest';
import { call } from '../test-receiver.ts';
import { documented, example, headers, start, startTold, stopAfterEach } from './test-partner.ts';

stopAfterEach();
const schema = buildSchema(
  readFileSync(new URL('../../../lib/marketplaces/shoppo/schema.graphql', import.meta.url), 'utf8'),
);
const documents = readdirSync(new URL('./fixtures/', import.meta.url)).filter((file) => file.endsWith('.graphql'));

describe('The examples of the page', () => {
  it.each(documents)('%s is valid as printed', (file) => {
    const document = parse(documented(file.replace('.graphql', '')));
    expect(validate(schema, document, undefined, { maxErrors: 5 })).toEqual([]);
  });

  it('answers the curl example word for word', async () => {
    const { sandbox } = await start();
    const { status, json } = await call(sandbox.endpoint, { method: 'POST', headers, body: example('request') });
    expect([status, json]).toEqual([
      200,
      { data: { node: { id: '21421713751366966949588', name: 'Bamboo lunch box' } } },
    ]);
  });

  it('reads a product, a Sku, an order and an order item with the queries printed for them', async () => {
    const { ask, create, skuId } = await start();
    const order = await create('PO-1', { 'SHP-1': 2 });
    const product = (await ask(documented('product'), { id: '21421713751366966949588' })).data.node;
    expect(product).toMatchObject({
      name: 'Bamboo lunch box',
      brand: 'Yama',
      consumerCategories: [{ categoryId: '3020204', path: 'Home > Kitchen & Dining > Lunch Boxes' }],
      coverImage: { id: expect.any(String) },
    });
    expect(product.skus[0]).toEqual({
      id: skuId('SHP-1'),
      price: 12.5,
      color: 'natural',
      size: null,
      shippingPrice: 3,
      shippingTime: '3-10 days',
    });
    expect((await ask(documented('sku'), { id: skuId('SHP-1') })).data.node.product.name).toBe('Bamboo lunch box');
    expect((await ask(documented('order'), { id: order.id })).data.node).toEqual({
      id: order.id,
      orderItems: [{ id: order.orderItems[0].id, sku: { originalId: skuId('SHP-1') }, status: 'OPEN' }],
      status: 'OPEN',
    });
    const item = (await ask(documented('order-item'), { id: order.orderItems[0].id })).data.node;
    expect(item).toMatchObject({ sku: { originalId: skuId('SHP-1'), price: 12.5 }, status: 'OPEN' });
    expect(item.sku.id).not.toBe(item.sku.originalId);
    expect(item.product.id).not.toBe(item.product.originalId);
    expect((await ask(documented('sku'), { id: item.sku.id })).data.node).toBeNull();
    const categories = (await ask(documented('product-categories'), {})).data.productCategories;
    expect(categories.edges[0].node.path).toBe('Beauty > Makeup & Beauty > Fragrance > Aromatherapy');
  });

  it('answers an upload with the fields printed for it', async () => {
    const { ask } = await start();
    const { image } = (await ask(documented('upload-image'), { image: Buffer.from('jpeg').toString('base64') })).data
      .uploadImage;
    const printed = example('upload-image-answer').data.uploadImage.image;
    expect(Object.keys(image).sort()).toEqual(Object.keys(printed).sort());
    const { checksum } = image;
    expect(image.versions.map(({ filename }: { filename: string }) => filename)).toEqual(
      printed.versions.map(({ filename }: { filename: string }) => filename.replace(printed.checksum, checksum)),
    );
    const { errors } = await ask(documented('upload-image'), { image: '' });
    expect(errors[0].message).toBe('file must be the base64 text of an image');
  });

  it('sends notifications with exactly the keys printed for them', async () => {
    const { control, create, sandbox, bodies } = await startTold();
    const product = { identifier: 'NEW', name: 'New', video: true, skus: [{ identifier: 'NEW-1', price: 1.5 }] };
    await control('POST', '/products', product);
    await control('PATCH', '/products/NEW', { enabled: false });
    await control('PATCH', '/skus/NEW-1', { inventory: 7 });
    await control('POST', '/merchants/toggle', { merchants: [{ id: '1146001', enabled: true }] });
    await create('1361546075101402', { 'SHP-5': 1 });
    await control('POST', '/orders/1361546075101402/notify', { topic: 'deliver-partner-order' });
    sandbox.cancel('1361546075101402');
    const topics = ['create-product', 'update-product', 'create-sku', 'update-sku', 'toggle-merchant'];
    for (const topic of [...topics, 'cancel-partner-order', 'deliver-partner-order']) {
      await vi.waitFor(() => expect([topic, bodies(topic).length > 0]).toEqual([topic, true]));
      expect([topic, keysOf(bodies(topic)[0])]).toEqual([topic, keysOf(example(topic))]);
    }
    expect(bodies('cancel-partner-order')[0]).toEqual({
      order_id: example('cancel-partner-order').order_id,
      timestamp: expect.any(Number),
    });
  });
});

/** Keys at any depth; for a list, those of its first element. Strings that the page prints empty have none. */
function keysOf(value: unknown, path = ''): string[] {
  if (path.endsWith('versions')) return [];
  const inner = Array.isArray(value) ? value[0] : value;
  if (typeof inner !== 'object' || inner === null) return [];
  return Object.entries(inner)
    .flatMap(([key, one]) => [`${path}/${key}`, ...keysOf(one, `${path}/${key}`)])
    .sort();
}
