import { describe, expect, it } from 'vitest';
import { fixture, startAccount } from './test-account.ts';

describe('the products of Sello', () => {
  it('are listed with names and codes alone, and fetched whole by id or SKU', async () => {
    const { api, control } = await startAccount();
    const { texts } = fixture('product-texts');
    await control('POST', '/products', {
      id: 5,
      private_reference: 'A/1 ö',
      texts,
      prices: { 53501: { auction: { start: 25 }, currency: 'SEK' } },
      integrations: { 4: { active: true, item_id: 1, extra: 'internal' } },
      categories: { default: { id: '1', name: 'Cups', crumb: 'Home > Cups' } },
      properties: [
        { property: 'EAN', value: { default: '1' } },
        { property: 'Color', value: { default: 'red' } },
      ],
    });
    const full = (await api('GET', '/products/5')).json;
    expect(full).toMatchObject({ texts, delivery_times: { default: {} }, prices: { 53501: { currency: 'SEK' } } });
    expect(full.properties).toHaveLength(2);
    for (const name of ['folder_name', 'brand_name', 'auctions']) expect(full).not.toHaveProperty(name);
    expect((await api('GET', `/products/sku/${encodeURIComponent('A/1 ö')}`)).json).toEqual(full);
    const [listed] = (await api('GET', '/products?filter[private_reference]=A/1 ö')).json.data.products;
    expect(listed).toMatchObject({
      folder_name: '',
      texts: { default: { en: { name: 'Product name' } }, 36526: { no: { name: 'My norwegian name' } } },
      prices: { 53501: { auction: { start: 25 } } },
      categories: { default: { id: '1' } },
      integrations: { 4: { active: true, item_id: 1 } },
      properties: [{ property: 'EAN', value: { default: '1' } }],
    });
    expect(listed.texts.default.en).not.toHaveProperty('description');
    expect(listed.prices[53501]).not.toHaveProperty('currency');
  });

  it('are paged, sorted and filtered by ranges', async () => {
    const { api, sandbox } = await startAccount();
    sandbox.setStock({ sku: 'MUG-RED', quantity: 3 });
    sandbox.setStock({ sku: 'MUG-BLUE', quantity: 30 });
    const skus = async (query: string) =>
      (await api('GET', `/products?${query}`)).json.data.products.map(
        (product: { private_reference: string }) => product.private_reference,
      );
    expect(await skus('filter[quantity]=lt 31&sort=quantity&sort_direction=asc')).toEqual(['MUG-RED', 'MUG-BLUE']);
    expect(await skus('filter[quantity]=gt 20&filter[quantity]=lt 31')).toContain('MUG-BLUE');
    expect(await skus('search=linden')).toEqual(['TEA-LINDEN']);
    expect(await skus('size=2&offset=1&sort=private_reference')).toHaveLength(2);
    expect((await api('GET', '/products?filter[color]=red')).status).toBe(400);
  });

  it('change in what is named, read-only attributes excepted', async () => {
    const { api, sandbox } = await startAccount();
    const changes = { quantity: '12', sold: 99, unheard_of: 1, texts: { 99: { sv: { name: 'Röd mugg' } } } };
    expect(await api('PUT', '/products/sku/MUG-RED', changes)).toMatchObject({ status: 200, text: '' });
    const product = (await api('GET', '/products/sku/MUG-RED')).json;
    expect(product).toMatchObject({
      quantity: 12,
      sold: 0,
      texts: { default: { en: { name: 'Red mug' } }, 99: { sv: { name: 'Röd mugg' } } },
      updated_at: expect.stringMatching(/Z$/),
    });
    expect(product).not.toHaveProperty('unheard_of');
    for (const wrong of [{ quantity: -1 }, { quantity: 'many' }, { condition: 'broken' }, { tax: 19 }]) {
      expect((await api('PUT', `/products/${product.id}`, wrong)).status).toBe(400);
    }
    expect(await api('PUT', '/products/sku/NONE', { quantity: 1 })).toMatchObject({
      status: 404,
      json: { message: 'No such product found' },
    });
    const ids = sandbox.products().map(({ id }) => String(id));
    expect((await api('PUT', '/products/bulk', { products: ids, data: { quantity: 4 } })).status).toBe(202);
    expect(new Set(sandbox.products().map(({ quantity }) => quantity))).toEqual(new Set([4]));
  });
});
