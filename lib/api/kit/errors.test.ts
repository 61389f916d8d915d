import { Hono } from 'hono';
import { expect, test, vi } from 'vitest';
import { ContractError, NotFoundError, RejectedError, StateError } from '#lib/platform/errors';
import { ApiError, answerError } from './errors.ts';

async function answer(error: unknown) {
  const app = new Hono();
  app.onError(answerError);
  app.get('/', () => {
    throw error;
  });
  const response = await app.request('/');
  return { status: response.status, ...((await response.json()) as { error: object }) };
}

const detail = { code: 'quantity_exceeded', description: 'more than was ordered', field: 'lineItems.0' };

test.each([
  [new ApiError(413, 'payload_too_large', 'the body is too large'), 413, 'payload_too_large'],
  [new NotFoundError('order'), 404, 'not_found'],
  [new StateError({ ...detail, code: 'order_cancelled' }), 409, 'order_cancelled'],
  [new RejectedError(detail), 422, 'quantity_exceeded'],
  [new ContractError({ ...detail, code: 'id_too_long' }), 422, 'id_too_long'],
  [Object.assign(new Error('Item size has exceeded the maximum'), { name: 'ValidationException' }), 422, 'too_large'],
])('%s is %i %s', async (error, status, code) => {
  expect(await answer(error)).toMatchObject({ status, error: { code } });
});

test('what a caller did wrong names the member', async () => {
  expect(await answer(new RejectedError(detail))).toEqual({ status: 422, error: detail });
});

test('anything else is 500 without a word of it, and only its class is logged', async () => {
  const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  expect(await answer(new TypeError('secret-order'))).toMatchObject({ status: 500, error: { code: 'internal_error' } });
  expect(logged.mock.calls.flat().join()).toContain('TypeError');
  expect(logged.mock.calls.flat().join()).not.toContain('secret-order');
  logged.mockRestore();
});
