import { DeliveryDue } from '#events/delivery-due';
import { consume } from '#lib/aws/consume';
import { workDelivery } from '#lib/deliveries/work';
import { connector } from '#lib/marketplaces/sellers-commerce/index';
import { writeMisses } from '#lib/polling/misses';

export const handler = consume(DeliveryDue, ({ deliveryId }) => workDelivery(deliveryId, connector), writeMisses);
