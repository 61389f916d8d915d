/** Words by which buyers and channels call cash on delivery, in the languages of the channels. */
const CASH =
  /cash.?on.?delivery|\bc\.?o\.?d\b|postförskott|efterkrav|postiennakko|nachnahme|contra ?re+mbolso|pobrani/i;

/** Whether a way of paying can only mean that whoever delivers collects the money. */
export const isOnDelivery = (method: string): boolean => CASH.test(method);
