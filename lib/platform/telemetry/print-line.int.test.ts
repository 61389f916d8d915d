import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

// Lambda replaces the console of a function whose logs are JSON, and each line's text becomes a member of another.
const LIKE_LAMBDA = `
  for (const level of ['info', 'warn', 'error'])
    console[level] = (message) => process.stdout.write(JSON.stringify({ timestamp: '', level, message }) + '\\n');
  const { log } = await import('${join(import.meta.dirname, 'log.ts')}');
  const { emitMetric } = await import('${join(import.meta.dirname, 'metrics.ts')}');
  log.warn('something', { delivery: 'dlv_1' });
  emitMetric('OrdersReceived', { Marketplace: 'scopio' });
`;

it('a line reaches Lambda’s log as it is, not wrapped into another', () => {
  const { stdout } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', LIKE_LAMBDA],
    { encoding: 'utf8', env: { ...process.env, AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9001' } },
  );
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual([
    { timestamp: expect.stringMatching(/^\d{4}-.+Z$/), level: 'warn', message: 'something', delivery: 'dlv_1' },
    expect.objectContaining({ _aws: expect.anything(), OrdersReceived: 1 }),
  ]);
});
