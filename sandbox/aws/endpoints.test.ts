import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { endpointsElsewhere, keptAccessKey } from './endpoints.ts';

it('takes for another implementation what the environment names and no emulator of ours is', () => {
  const AWS_ENDPOINT_URL_DYNAMODB = 'http://127.0.0.1:8000';
  const AWS_ENDPOINT_URL_SQS = 'http://127.0.0.1:9324';
  expect(endpointsElsewhere({})).toEqual({});
  expect(endpointsElsewhere({ AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL_SQS: '' })).toEqual({
    dynamodb: AWS_ENDPOINT_URL_DYNAMODB,
  });
  const inherited = { AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL_SQS };
  expect(endpointsElsewhere({ ...inherited, LONGSHORE_EMULATED: AWS_ENDPOINT_URL_SQS })).toEqual({
    dynamodb: AWS_ENDPOINT_URL_DYNAMODB,
  });
  const LONGSHORE_EMULATED = `${AWS_ENDPOINT_URL_SQS} ${AWS_ENDPOINT_URL_DYNAMODB}`;
  expect(endpointsElsewhere({ ...inherited, LONGSHORE_EMULATED })).toEqual({});
});

it('keeps a key for each folder, where nobody else reads it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'elsewhere-'));
  expect(keptAccessKey(folder, () => 'FIRST')).toBe('FIRST');
  expect(keptAccessKey(folder, () => 'SECOND')).toBe('FIRST');
  expect((statSync(join(folder, 'access-key')).mode & 0o777).toString(8)).toBe('600');
  rmSync(folder, { recursive: true });
});
