import type { CarrierTable } from '../contract.ts';

/** "We accept Marketful, Fedex, DHL, UPS, Estafeta, Will_Call". The first leaves the choice to the warehouse, the last ships nothing. */
export const OFFERED = ['Marketful', 'Fedex', 'DHL', 'UPS', 'Estafeta', 'Will_Call'] as const;

export const carriers: CarrierTable = { fedex: 'Fedex', dhl: 'DHL', ups: 'UPS', estafeta: 'Estafeta' };
