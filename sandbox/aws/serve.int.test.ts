import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { type Service, serve } from './serve.ts';

const service: Service = {
  targets: ['DynamoDB_20120810'],
  contentType: 'application/x-amz-json-1.0',
  accessKeyId: 'AKIALOCAL1',
  handle: () => ({ TableNames: ['orders'] }),
};

it('answers whoever has the key of the moment, and nobody else', async () => {
  const { endpoint, close } = await serve(service);
  const ask = (accessKeyId: string) => {
    const credentials = { accessKeyId, secretAccessKey: 'any' };
    return new DynamoDBClient({ endpoint, region: 'us-east-1', credentials }).send(new ListTablesCommand());
  };
  expect((await ask('AKIALOCAL1')).TableNames).toEqual(['orders']);
  for (const other of ['local', 'AKIALOCAL2', 'AKIALOCAL11', 'akialocal1'])
    await expect(ask(other)).rejects.toMatchObject({ name: 'UnrecognizedClientException' });

  const headers = { 'x-amz-target': 'DynamoDB_20120810.ListTables' };
  for (const authorization of [undefined, '', 'Bearer AKIALOCAL1', 'AWS4-HMAC-SHA256 Credential=ÄKIALOCAL1/x']) {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { ...headers, ...(authorization !== undefined && { authorization }) },
      body: '{}',
    });
    expect(response.status).toBe(403);
    expect(await response.text()).not.toContain('orders');
  }
  await close();
});
