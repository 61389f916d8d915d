import { describe, expect, it } from 'vitest';
import { BlockedError, RejectedError, RetryableError, ThrottledError } from '../errors.ts';
import { classify, retryAfterSeconds } from './classify.ts';

const NOW = Date.parse('2026-11-20T08:15:00Z');
const answer = (status: number, body: unknown = '', headers: Record<string, string> = {}) => ({
  status,
  body,
  headers: new Headers(headers),
});

describe('what a status means', () => {
  it.each([
    [400, RejectedError],
    [404, RejectedError],
    [410, RejectedError],
    [422, RejectedError],
    [301, BlockedError],
    [302, BlockedError],
    [308, BlockedError],
    [401, BlockedError],
    [403, BlockedError],
    [408, RetryableError],
    [409, RetryableError],
    [423, RetryableError],
    [425, RetryableError],
    [429, ThrottledError],
    [500, RetryableError],
    [502, RetryableError],
    [503, RetryableError],
    [504, RetryableError],
  ])('%i is a %o', (status, kind) => {
    expect(classify(answer(status)).constructor).toBe(kind);
  });

  it('503 that says how long is throttling', () => {
    expect(classify(answer(503, '', { 'retry-after': '7' }))).toBeInstanceOf(ThrottledError);
    expect(classify(answer(503, { retry_after_seconds: 7 }))).toBeInstanceOf(ThrottledError);
  });

  it('a redirect says where it leads, and nothing of the path', () => {
    const error = classify(answer(301, '', { location: 'https://www.remote.test/orders?key=secret' }));
    expect(error.detail).toMatchObject({ code: 'redirected', httpStatus: 301 });
    expect(error.message).toMatch(
      /status 301 leads away to https:\/\/www\.remote\.test: replay it .*, or correct the baseUrl/,
    );
    expect(classify(answer(307, '', { location: '/login' })).message).toMatch(/leads away: /);
  });

  it("repeats the remote's own words, capped", () => {
    const said = (body: unknown) => classify(answer(400, body)).detail.description;
    expect(said({ code: 'bad_payload', description: 'no carrier' })).toBe('bad_payload: no carrier');
    expect(said({ message: 'Orden no encontrada' })).toBe('Orden no encontrada');
    expect(said({ errors: ['no\n\tElena'] })).toBe('{"errors":["no Elena"]}');
    expect(said('')).toBe('status 400');
    expect(said('x'.repeat(10_000))).toHaveLength(500);
  });
});

describe('how long to wait', () => {
  it.each([
    [{ 'retry-after': '60' }, null, 60],
    [{ 'retry-after': '0' }, null, 0],
    [{ 'retry-after': '-3' }, null, -3],
    [{ 'retry-after': 'Fri, 20 Nov 2026 08:16:30 GMT' }, null, 90],
    [{ 'retry-after': 'Fri, 20 Nov 2020 08:16:30 GMT' }, null, expect.toSatisfy((seconds: number) => seconds < 0)],
    [{ 'retry-after': 'Fri, 20 Nov 2026 10:16:30 +0200' }, null, 90],
    [{ 'retry-after': 'Fri, 20 Nov 2026 08:16:30' }, null, 90],
    [{ 'retry-after': 'Fri Nov 20 08:16:30 2026' }, null, 90],
    [{ 'retry-after': '2026-11-20T08:16:30' }, null, 90],
    [{ 'retry-after': '2026-11-20 08:16:30' }, null, 90],
    [{ 'retry-after': 'soon' }, { retry_after_seconds: 5 }, 5],
    [{ 'retry-after': 'soon' }, null, null],
    [{}, { retry_after_seconds: 60 }, 60],
    [{}, { retry_after_seconds: '60' }, 60],
    [{}, { retry_after_seconds: '' }, null],
    [{}, { retry_after_seconds: 'soon' }, null],
    [{}, { retry_after_seconds: null }, null],
    [{}, { retry_after_seconds: { at: 1 } }, null],
    [{}, 'Too Many Requests', null],
  ])('%o with %o is %o seconds', (headers: Record<string, string>, body, seconds) => {
    expect(retryAfterSeconds(answer(429, body, headers), NOW)).toEqual(seconds);
  });
});
