import { expect, test } from 'vitest';
import { createApi } from './api.ts';

test('the OpenAPI document is the one that docs/openapi.json shows', async () => {
  const document = await (await createApi().request('/openapi.json')).json();
  await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot('../../docs/openapi.json');
});
