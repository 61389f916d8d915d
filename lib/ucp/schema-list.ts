import capabilitySchema from './schemas/capability.json' with { type: 'json' };
import paymentHandlerSchema from './schemas/payment_handler.json' with { type: 'json' };
import serviceSchema from './schemas/service.json' with { type: 'json' };
import orderSchema from './schemas/shopping/order.json' with { type: 'json' };
import adjustmentSchema from './schemas/shopping/types/adjustment.json' with { type: 'json' };
import amountSchema from './schemas/shopping/types/amount.json' with { type: 'json' };
import attributionSchema from './schemas/shopping/types/attribution.json' with { type: 'json' };
import availablePaymentInstrumentSchema from './schemas/shopping/types/available_payment_instrument.json' with {
  type: 'json',
};
import errorCodeSchema from './schemas/shopping/types/error_code.json' with { type: 'json' };
import expectationSchema from './schemas/shopping/types/expectation.json' with { type: 'json' };
import fulfillmentEventSchema from './schemas/shopping/types/fulfillment_event.json' with { type: 'json' };
import infoCodeSchema from './schemas/shopping/types/info_code.json' with { type: 'json' };
import itemSchema from './schemas/shopping/types/item.json' with { type: 'json' };
import messageSchema from './schemas/shopping/types/message.json' with { type: 'json' };
import messageErrorSchema from './schemas/shopping/types/message_error.json' with { type: 'json' };
import messageInfoSchema from './schemas/shopping/types/message_info.json' with { type: 'json' };
import messageWarningSchema from './schemas/shopping/types/message_warning.json' with { type: 'json' };
import orderLineItemSchema from './schemas/shopping/types/order_line_item.json' with { type: 'json' };
import postalAddressSchema from './schemas/shopping/types/postal_address.json' with { type: 'json' };
import reverseDomainNameSchema from './schemas/shopping/types/reverse_domain_name.json' with { type: 'json' };
import signedAmountSchema from './schemas/shopping/types/signed_amount.json' with { type: 'json' };
import totalSchema from './schemas/shopping/types/total.json' with { type: 'json' };
import totalsSchema from './schemas/shopping/types/totals.json' with { type: 'json' };
import warningCodeSchema from './schemas/shopping/types/warning_code.json' with { type: 'json' };
import embeddedConfigSchema from './schemas/transports/embedded_config.json' with { type: 'json' };
import ucpSchema from './schemas/ucp.json' with { type: 'json' };

export { orderSchema };

/** Everything `order.json` refers to. Imported, not read: a bundle has no files beside it. */
export const referredSchemas = [
  capabilitySchema,
  paymentHandlerSchema,
  serviceSchema,
  adjustmentSchema,
  amountSchema,
  attributionSchema,
  availablePaymentInstrumentSchema,
  errorCodeSchema,
  expectationSchema,
  fulfillmentEventSchema,
  infoCodeSchema,
  itemSchema,
  messageSchema,
  messageErrorSchema,
  messageInfoSchema,
  messageWarningSchema,
  orderLineItemSchema,
  postalAddressSchema,
  reverseDomainNameSchema,
  signedAmountSchema,
  totalSchema,
  totalsSchema,
  warningCodeSchema,
  embeddedConfigSchema,
  ucpSchema,
];
