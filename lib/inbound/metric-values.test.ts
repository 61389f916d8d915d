import { expectTypeOf, it } from 'vitest';
import type { Outcome } from '#lib/deliveries/delivery';
import type { DimensionsOf } from '#lib/platform/telemetry/metric-list';
import type { InboundState } from './event.ts';

it('the list of metrics has every outcome and every state that the ledger knows', () => {
  expectTypeOf<DimensionsOf<'Attempts'>['Outcome']>().toEqualTypeOf<Outcome>();
  expectTypeOf<DimensionsOf<'EventsIngested'>['State']>().toEqualTypeOf<InboundState>();
});
