import { WEBHOOKS_PER_SECOND } from '../lib/topology.ts';

interface Setting {
  fallback?: string;
  form: RegExp;
  /** What its value must be, as the end of the sentence that refuses another. */
  is: string;
}

/** Days since 1970 have no more digits: with longer ones no date could be reckoned, and every sweep would fail. */
const WHOLE = { form: /^\d{1,7}$/, is: 'a whole number below ten million' };

/** A deployment's settings: environment variables of `sst deploy`, beside `AWS_REGION`. docs/deploy.md has them all. */
export const SETTINGS = {
  RETRY_LIMIT: { fallback: '3', ...WHOLE },
  RETRY_INTERVAL_SECONDS: { fallback: '300', ...WHOLE },
  AWAY_AFTER_FAILURES: { fallback: '20', ...WHOLE },
  AWAY_AFTER_SECONDS: { fallback: '600', ...WHOLE },
  AWAY_PROBE_SECONDS: { fallback: '60', ...WHOLE },
  NOTIFY_SCHEDULE_SECONDS: {
    fallback: '0,4,60,300,900,3600,10800,21600,43200,86400',
    form: /^\d+(,\d+)*$/,
    is: 'seconds before each attempt, such as 0,4,60',
  },
  ENDPOINT_PAUSE_AFTER_SECONDS: { fallback: '86400', ...WHOLE },
  RETENTION_BUYER_DAYS: { fallback: '365', ...WHOLE },
  RETENTION_ORDER_DAYS: { fallback: '1095', ...WHOLE },
  WATCH: { fallback: 'lean', form: /^(full|lean)$/, is: '"full" or "lean"' },
  AGENT_REPLAYS: { fallback: 'off', form: /^(on|off)$/, is: '"on" or "off"' },
  ALARM_EMAIL: { form: /^[^\s@]+@[^\s@]+$/, is: 'an e-mail address' },
  RUNBOOK_URL: { fallback: 'docs/operate.md', form: /^https:\/\/[^\s#]+$/, is: 'an https:// address without a #' },
  DOMAIN: { form: /^([a-z0-9-]+\.)+[a-z]{2,}$/, is: 'a host name such as api.example.com' },
  DOMAIN_CERTIFICATE: { form: /^arn:aws[\w-]*:acm:[\w-]+:\d{12}:certificate\/[\w-]+$/, is: 'the ARN of a certificate' },
  TRACING: { fallback: 'off', form: /^(active|off)$/, is: '"active" or "off"' },
  WEBHOOK_LIMIT: { fallback: String(WEBHOOKS_PER_SECOND), form: /^[1-9]\d{0,3}$/, is: 'a whole number from 1 to 9999' },
  WEBHOOK_CONCURRENCY: WHOLE,
  MONTHLY_BUDGET_USD: WHOLE,
  RESTORED_TABLE: { form: /^[\w.-]{3,255}$/, is: 'the name of a table' },
  RESTORED_AT: {
    form: /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3])(:[0-5]\d){1,2}Z$/,
    is: 'an instant such as 2026-11-21T08:15:00Z',
  },
  UNPROTECTED: { form: /^[\w-]+$/, is: 'the name of a stage' },
} as const satisfies Record<string, Setting>;

type Name = keyof typeof SETTINGS;
type Value<Key extends Name> = (typeof SETTINGS)[Key] extends { fallback: string } ? string : string | undefined;

/** A setting as this deployment was given it, or its default; an empty one counts as not given. */
export function setting<Key extends Name>(name: Key): Value<Key> {
  const { fallback, form, is }: Setting = SETTINGS[name];
  const value = process.env[name];
  if (!value) return fallback as Value<Key>;
  if (!form.test(value)) throw new Error(`${name} must be ${is}, not "${value}"`);
  return value as Value<Key>;
}

/** Only the alarms that somebody must act on, and the metrics they read: no dashboard, no key. */
export const isLean = (): boolean => setting('WATCH') === 'lean';
