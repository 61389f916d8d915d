/** What buyers and channels call cash on delivery, in the channels' languages. */
const CASH =
  /cash.?on.?delivery|\bc\.?o\.?d\b|postförskott|efterkrav|postiennakko|nachnahme|contra ?re+mbolso|pobrani/i;

/** Whether a way of paying can only mean that the deliverer collects the money. */
export const isOnDelivery = (method: string): boolean => CASH.test(method);
