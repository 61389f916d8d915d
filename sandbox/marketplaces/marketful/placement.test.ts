import { describe, expect, it } from 'vitest';
import { Refusal } from '../refusal.ts';
import type { Order } from './order.ts';
import { readPlacement } from './placement.ts';
import { placement } from './test-placement.ts';

function refusalOf(parameters: Record<string, unknown>, placed: Order[] = []): string | null {
  try {
    readPlacement(parameters, placed);
    return null;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return `${error.status} ${(error.body as { message: string }).message}`;
  }
}

describe('a fulfillment order', () => {
  it('needs every required field, whichever way the state’s key is written', () => {
    const required = [
      'num_orden',
      'orden_id',
      'customer',
      'carrier_name',
      'telefono',
      'calle',
      'no_exterior',
      'colonia',
    ];
    for (const field of [...required, 'ciudad', 'Estado', 'codigo_postal', 'canal', 'tipo_envio']) {
      for (const blank of [undefined, null, '']) {
        expect(refusalOf(placement({ [field]: blank }))).toBe(`401 Incomplete data: ${field} must be present`);
      }
    }
    expect(refusalOf(placement({ Estado: undefined, estado: 'MX-JA' }))).toBeNull();
    expect(refusalOf(placement({ no_interior: '', asegurado: null }))).toBeNull();
  });

  it('takes the state with and without blanks and knows the states', () => {
    for (const state of ['MX-JA', 'MX - JA', 'MX-DF']) expect(refusalOf(placement({ Estado: state }))).toBeNull();
    for (const state of ['JA', 'Jalisco', 'MX-JAL', 'MX-XX', 'mx-ja', 'US-TX']) {
      expect(refusalOf(placement({ Estado: state }))).toBe('401 Incorrect data: Estado must be in format MX-XX');
    }
  });

  it('takes only the carriers and shipping types of the document', () => {
    for (const carrier of ['Marketful', 'Fedex', 'DHL', 'UPS', 'Estafeta', 'Will_Call']) {
      expect(refusalOf(placement({ carrier_name: carrier }))).toBeNull();
    }
    expect(refusalOf(placement({ carrier_name: 'dhl' }))).toMatch(/^401 .*carrier_name must be one of Marketful, /);
    expect(refusalOf(placement({ tipo_envio: 'dia_siguiente' }))).toBeNull();
    expect(refusalOf(placement({ tipo_envio: 'express' }))).toMatch(/^401 .*tipo_envio/);
    expect(refusalOf(placement({ asegurado: 'yes' }))).toMatch(/^401 .*asegurado/);
    expect(refusalOf(placement({ telefono: 3312345678 }))).toBe('401 Incorrect data: telefono must be String');
  });

  it('needs items with a SKU and a quantity', () => {
    expect(refusalOf(placement({}, []))).toMatch(/^402 .*items/);
    expect(refusalOf(placement({}, [{ sku: 'A', cantidad: '3' }]))).toBeNull();
    for (const item of [{ sku: 'A' }, { cantidad: 1 }, { sku: 'A', cantidad: 0 }, { sku: 'A', cantidad: 1.5 }, null]) {
      expect(refusalOf(placement({}, [item]))).toMatch(/^401 .*every item/);
    }
    expect(refusalOf({})).toBe("402 Parameter 'order' must be present");
    expect(refusalOf({ order: {} })).toBe("402 Parameter 'contact_info' must be present");
  });

  it('is unique by orden_id, and by num_orden within its channel', () => {
    const placed = [{ orden_id: 'scopio-main:ord_8f3a', num_orden: 'SC-1001', canal: 'scopio-main' } as Order];
    expect(refusalOf(placement(), placed)).toBe('401 orden_id scopio-main:ord_8f3a already exists');
    expect(refusalOf(placement({ orden_id: 'b' }), placed)).toBe(
      '401 num_orden SC-1001 already exists for canal scopio-main',
    );
    expect(refusalOf(placement({ orden_id: 'b', canal: 'sello-se' }), placed)).toBeNull();
  });
});
