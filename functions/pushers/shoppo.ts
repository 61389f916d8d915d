import { DeliveryDue } from '#events/delivery-due';
import { consume } from '#lib/aws/consume';
import { workDelivery } from '#lib/deliveries/work';
import { connector } from '#lib/marketplaces/shoppo/index';

export const handler = consume(DeliveryDue, ({ deliveryId }) => workDelivery(deliveryId, connector));
