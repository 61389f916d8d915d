/** What buyers and channels call cash on delivery, in the channels' languages. */
const CASH =
  /cash.?on.?delivery|\bc\.?o\.?d\b|postförskott|ef?t+erkrav|postoppkrav|postiennakko|nachnahme|contra.?(re+mbolso|entrega|ssegno)|contre.?remboursement|rembours$|pobrani|przy odbiorze|dob[ií]e?rk/i;

/** Whether a way of paying can only mean that the deliverer collects the money. */
export const isOnDelivery = (method: string): boolean => CASH.test(method);
