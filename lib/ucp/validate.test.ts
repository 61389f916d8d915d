import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileValidator, VALIDATOR } from '../../scripts/ucp-validator.ts';
import example from './fixtures/order-example.json' with { type: 'json' };
import { toUri } from './uri.ts';
import { validateUcpOrder } from './validate.ts';

describe('validateUcpOrder', () => {
  it("accepts the specification's own example", () => {
    expect(validateUcpOrder(example)).toEqual([]);
  });

  it('names what is missing', () => {
    const { currency: _, ...rest } = example;
    expect(validateUcpOrder(rest)).toEqual([
      { code: 'ucp_invalid', description: "the order must have required property 'currency'", field: '' },
    ]);
  });

  it('names the path of what is wrong and repeats no value', () => {
    const [line, ...others] = structuredClone(example.line_items);
    const errors = validateUcpOrder({ ...example, line_items: [{ ...line, status: 'Ana Torres' }, ...others] });
    expect(errors.map(({ field }) => field)).toEqual(['line_items[0].status']);
    expect(JSON.stringify(errors)).not.toContain('Ana');
  });

  it('refuses two totals', () => {
    const totals = [...example.totals, { type: 'total', amount: 1 }];
    expect(validateUcpOrder({ ...example, totals })).not.toEqual([]);
  });

  it('is what the schemas say today', () => {
    expect(readFileSync(VALIDATOR, 'utf8'), 'run: node scripts/ucp-validator.ts').toBe(compileValidator());
  });
});

describe('toUri', () => {
  it('keeps a link, encodes what a URI cannot hold, and drops what is no web address', () => {
    expect(toUri('https://carrier.example/t?n=JD01')).toBe('https://carrier.example/t?n=JD01');
    expect(toUri('https://carrier.example/t?n=a|b 100%')).toBe('https://carrier.example/t?n=a%7Cb%20100%25');
    expect(toUri('carrier.example/t')).toBeUndefined();
    expect(toUri('javascript:alert(1)')).toBeUndefined();
    expect(toUri(undefined)).toBeUndefined();
  });

  it('never makes an order invalid', () => {
    const path = fc.string({ unit: 'binary' });
    const anyLink = fc.oneof(
      fc.webUrl(),
      path,
      path.map((text) => `https://carrier.example/${text}`),
    );
    fc.assert(
      fc.property(anyLink, (link) => {
        const permalink_url = toUri(link) ?? 'https://shop.example/';
        expect(validateUcpOrder({ ...example, permalink_url })).toEqual([]);
      }),
    );
  });
});
