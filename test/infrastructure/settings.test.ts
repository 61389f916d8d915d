import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { functions, streams } from '#lib/topology';
import { SETTINGS, setting } from '../../stacks/settings.ts';
import { synthesize } from './graph.ts';

const CERTIFICATE = 'arn:aws:acm:eu-central-1:111122223333:certificate/0a1b2c3d-0000-4000-8000-000000000000';
const told = {
  RETRY_LIMIT: '5',
  RETRY_INTERVAL_SECONDS: '60',
  TRACING: 'active',
  WEBHOOK_CONCURRENCY: '50',
  WEBHOOK_LIMIT: '2400',
  MONTHLY_BUDGET_USD: '100',
  ALARM_EMAIL: 'ops@example.com',
  DOMAIN: 'api.example.com',
  DOMAIN_CERTIFICATE: CERTIFICATE,
};
const [graph, onRoute53, unheard] = await Promise.all([
  synthesize('staging', 'unbundled', told),
  synthesize('trial', 'unbundled', { DOMAIN: 'api.example.com' }),
  synthesize('unheard', 'unbundled', { MONTHLY_BUDGET_USD: '100' }).catch((error: unknown) => String(error)),
]);

afterEach(() => vi.unstubAllEnvs());

describe('settings of a deployment', () => {
  test('all of them are in docs/deploy.md, with their defaults, and no others', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/deploy.md'), 'utf8');
    const section = /## Settings of a deployment\n([\s\S]*?)(?=\n## |$)/.exec(page)?.[1] ?? '';
    const rows = [...section.matchAll(/^\| `(\w+)` +\| (.*?) +\|/gm)].map(([, name, fallback]) => [name, fallback]);
    const expected = Object.entries(SETTINGS).map(([name, spec]) => [
      name,
      'fallback' in spec ? `\`${spec.fallback}\`` : 'none',
    ]);
    expect(rows).toEqual([['AWS_REGION', '`eu-central-1`'], ...expected]);
  });

  test.each([
    ['RETRY_LIMIT', '-1'],
    ['RETRY_INTERVAL_SECONDS', '5m'],
    ['ALARM_EMAIL', 'nobody'],
    ['RUNBOOK_URL', 'http://example.com'],
    ['DOMAIN', 'https://api.example.com'],
    ['DOMAIN_CERTIFICATE', 'arn:aws:iam::111122223333:role/x'],
    ['TRACING', 'on'],
    ['WEBHOOK_LIMIT', '0'],
    ['WEBHOOK_CONCURRENCY', 'many'],
    ['MONTHLY_BUDGET_USD', '99.50'],
    ['RESTORED_TABLE', 'a table'],
    ['RESTORED_AT', '2026-11-21T24:15:00Z'],
    ['RESTORED_AT', '2026-13-21T10:15Z'],
    ['RETENTION_BUYER_DAYS', '-1'],
    ['RETENTION_ORDER_DAYS', '999999999'],
  ] as const)('%s is refused by name when it is %s', (name, value) => {
    vi.stubEnv(name, value);
    expect(() => setting(name)).toThrow(`${name} must be ${SETTINGS[name].is}, not "${value}"`);
  });

  test('an empty one is one that was not given', () => {
    vi.stubEnv('RETRY_LIMIT', '');
    vi.stubEnv('DOMAIN', '');
    expect([setting('RETRY_LIMIT'), setting('DOMAIN')]).toEqual(['3', undefined]);
  });

  test('the retries reach every function that reads the ledger', () => {
    for (const { name, grants } of functions.filter((each) => each.grants.table))
      expect(graph.variablesOf(name), `${name} ${grants.table}`).toMatchObject({
        RETRY_LIMIT: '5',
        RETRY_INTERVAL_SECONDS: '60',
      });
  });

  test('tracing is on for every function, with the two actions that it needs and no more', () => {
    for (const { name } of functions) {
      expect(graph.function(name).inputs.tracingConfig, name).toEqual({ mode: 'Active' });
      const everywhere = graph.statementsOf(name).filter(({ Resource }) => Resource.includes('*'));
      const listing = { Effect: 'Allow', Action: ['dynamodb:ListStreams'], Resource: ['*'] };
      expect(everywhere, name).toEqual([
        ...(streams.some(({ consumer }) => consumer === name) ? [listing] : []),
        { Effect: 'Allow', Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], Resource: ['*'] },
      ]);
    }
  });

  test('concurrency is reserved for webhooks alone', () => {
    for (const { name } of functions)
      expect(graph.function(name).inputs.reservedConcurrentExecutions, name).toBe(
        name.startsWith('webhook-') ? 50 : undefined,
      );
  });

  test('webhooks are let through as often as it says, and nothing else is', () => {
    const { routeSettings } = graph.one('apigatewayv2/stage:Stage').inputs as {
      routeSettings: Array<{ routeKey: string; throttlingRateLimit: number; throttlingBurstLimit: number }>;
    };
    for (const { routeKey, throttlingRateLimit, throttlingBurstLimit } of routeSettings)
      expect([throttlingRateLimit, throttlingBurstLimit], routeKey).toEqual(
        routeKey.startsWith('POST /webhooks/') ? [2400, 1200] : [100, 200],
      );
  });

  test('a budget tells the alarms’ address before and when it is used up, and there is none without', () => {
    const { notifications, ...budget } = graph.one('budgets/budget:Budget').inputs;
    expect(budget).toMatchObject({ name: 'longshore-staging-budget', limitAmount: '100', limitUnit: 'USD' });
    expect(notifications).toMatchObject([
      { notificationType: 'ACTUAL', threshold: 80, subscriberEmailAddresses: ['ops@example.com'] },
      { notificationType: 'ACTUAL', threshold: 100 },
      { notificationType: 'FORECASTED', threshold: 100 },
    ]);
    expect(onRoute53.all('budgets/budget:Budget')).toEqual([]);
    expect(unheard).toContain('MONTHLY_BUDGET_USD wants ALARM_EMAIL');
  });

  test('a domain with a certificate of one’s own has no DNS here, and the hub tells that address', () => {
    const domain = graph.one('apigatewayv2/domainName:DomainName');
    expect(domain.inputs).toMatchObject({
      domainName: 'api.example.com',
      domainNameConfiguration: { certificateArn: CERTIFICATE, endpointType: 'REGIONAL', securityPolicy: 'TLS_1_2' },
    });
    expect(graph.one('apigatewayv2/apiMapping:ApiMapping').inputs.domainName).toBe(domain.id);
    expect(graph.resources.filter(({ type }) => /^aws:(route53|acm)/.test(type))).toEqual([]);
    expect(graph.outputs).toMatchObject({
      url: 'https://api.example.com',
      environment: { PUBLIC_URL: 'https://api.example.com' },
      domainTarget: 'd-0123456789.execute-api.eu-central-1.amazonaws.com',
    });
  });

  test('a domain alone gets its certificate and its records in Route 53', () => {
    const certificate = onRoute53.one('acm/certificate:Certificate');
    expect(certificate.inputs).toMatchObject({ domainName: 'api.example.com', validationMethod: 'DNS' });
    const records = onRoute53.all('route53/record:Record').map(({ inputs }) => [inputs.type, inputs.name]);
    expect(records.sort()).toEqual([
      ['A', 'api.example.com'],
      ['AAAA', 'api.example.com'],
      ['CNAME', '_proof'],
    ]);
    expect(onRoute53.one('apigatewayv2/domainName:DomainName').inputs.domainNameConfiguration).toMatchObject({
      certificateArn: certificate.state.arn,
    });
    expect(onRoute53.outputs).toMatchObject({ url: 'https://api.example.com' });
    expect(onRoute53.outputs).not.toHaveProperty('domainTarget');
  });

  test('without them there is no domain, no tracing and no reservation', () => {
    for (const { name } of functions) {
      const { tracingConfig, reservedConcurrentExecutions } = onRoute53.function(name).inputs;
      expect({ tracingConfig, reservedConcurrentExecutions }, name).toEqual({});
    }
    expect(graph.all('route53/record:Record')).toEqual([]);
  });
});
