import { DeliveryDue } from '#events/delivery-due';
import { workDeliveries } from '#lib/attempts/work';
import { ingestOnDemand as ingest } from '#lib/inbound/ingest-on-demand';
import { connector } from '#lib/marketplaces/shoppo/index';
import { consume } from '#lib/platform/queue/consume';

export const handler = consume(DeliveryDue, (due) => workDeliveries(due, { connector, ingest }));
