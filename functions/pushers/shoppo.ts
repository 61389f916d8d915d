import { DeliveryDue } from '#events/delivery-due';
import { consume } from '#lib/aws/consume';
import { workDeliveries } from '#lib/deliveries/work';
import { connector } from '#lib/marketplaces/shoppo/index';
import { writeMisses } from '#lib/polling/misses';

export const handler = consume(DeliveryDue, (due) => workDeliveries(due, connector), writeMisses);
