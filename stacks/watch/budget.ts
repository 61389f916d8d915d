import { physicalName } from '../names';
import { setting } from '../settings';

/**
 * What the account may cost in a month, told to ALARM_EMAIL. It covers the whole account: a stage's tags only count
 * once somebody has activated them in the billing console.
 */
export function budget(): void {
  const [limitAmount, email] = [setting('MONTHLY_BUDGET_USD'), setting('ALARM_EMAIL')];
  if (!limitAmount) return;
  if (!email) throw new Error('MONTHLY_BUDGET_USD wants ALARM_EMAIL: whom it is told to');
  const tell = (notificationType: 'ACTUAL' | 'FORECASTED', threshold: number) => ({
    notificationType,
    threshold,
    thresholdType: 'PERCENTAGE',
    comparisonOperator: 'GREATER_THAN',
    subscriberEmailAddresses: [email],
  });
  new aws.budgets.Budget('Budget', {
    name: physicalName('budget'),
    budgetType: 'COST',
    timeUnit: 'MONTHLY',
    limitAmount,
    limitUnit: 'USD',
    notifications: [tell('ACTUAL', 80), tell('ACTUAL', 100), tell('FORECASTED', 100)],
  });
}
