import type { Connector } from '../contract.ts';
import { rewindInstant } from '../rewind.ts';
import { followUps, fulfillment, payment, processing, setStock } from './actions.ts';
import { carriers } from './carriers.ts';
import { info } from './info.ts';
import { map } from './map.ts';
import { poll } from './poll.ts';
import { Secrets, Settings } from './settings.ts';

/** A sales channel that calls nobody: its orders are polled; it is told of parcels, statuses, payments and stock. */
export const connector: Connector = {
  info,
  Secrets,
  Settings,
  carriers,
  map,
  poll,
  rewind: rewindInstant,
  push: { fulfillment, processing, payment },
  followUps,
  setStock,
};
