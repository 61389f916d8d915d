import { setting } from './settings';

/** SST names components in PascalCase: `webhook-scopio` is `WebhookScopio`. */
export const logicalName = (name: string): string =>
  name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

/** The name that operators read in the console and in logs: `longshore-production-webhook-scopio`. */
export const physicalName = (name: string): string => `${appStage()}-${name}`;

export const appStage = (): string => `${$app.name}-${$app.stage}`;

export const isProduction = (): boolean => $app.stage === 'production';

/** Production is protected unless UNPROTECTED names the stage; sst.config.ts does the same for the whole app. */
export const isProtected = (): boolean => isProduction() && setting('UNPROTECTED') !== $app.stage;

/** Where this deployment's metrics are: two stages in one account and region must not add up. */
export const metricNamespace = (): string => `Longshore/${$app.stage}`;
