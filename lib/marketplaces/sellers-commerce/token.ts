import type { TokenGrants, TokenPair } from '#lib/connections/tokens';
import { BlockedError, RejectedError, RetryableError, UnknownOutcomeError } from '#lib/platform/errors';
import * as z from '#lib/platform/zod';
import type { RemoteContext } from '../action.ts';
import { count, loose, optionalText, readShape, text } from '../kit/shape.ts';

type Caller = Pick<RemoteContext, 'http' | 'secrets' | 'now'>;

/** POST /token: a lifetime in seconds, else "valid for 1 hr", and a refresh token for one use. */
const TokenAnswer = z.object({ access_token: text, expires_in: loose(count), refresh_token: optionalText });

/** The two ways to get a token: access key and shared secret, or the last refresh token. */
export const grantsOf = (caller: Caller): TokenGrants => ({
  login() {
    const { accessKey = '', sharedSecret = '' } = caller.secrets;
    const form = { grant_type: 'password', username: accessKey, password: sharedSecret };
    return grant(caller, form, (detail) => new BlockedError({ ...detail, code: 'credentials_refused' }, 'connection'));
  },
  refresh: (refreshToken) =>
    // A spent or lapsed refresh token: a login follows.
    grant(caller, { grant_type: 'refresh_token', refresh_token: refreshToken }, (detail) => new RejectedError(detail)),
});

/** POST /token: form-encoded, as in OAuth. */
async function grant(
  { http, now }: Caller,
  form: Record<string, string>,
  refused: (detail: RejectedError['detail']) => Error,
): Promise<TokenPair> {
  try {
    const { body } = await http.request({ method: 'POST', path: '/token', form });
    const { access_token, expires_in = 3_600, refresh_token } = readShape(TokenAnswer, body);
    const after = (ms: number) => new Date(now().getTime() + ms).toISOString();
    return {
      accessToken: access_token,
      validUntil: after(expires_in * 1000),
      // "Valid for next 4 hrs", and for one use.
      ...(refresh_token && { refreshToken: refresh_token, refreshUntil: after(4 * 3600_000) }),
    };
  } catch (error) {
    if (error instanceof RejectedError || error instanceof BlockedError) throw refused(error.detail);
    // An unknown outcome of the grant is not one of the push, which has not been sent yet.
    throw error instanceof UnknownOutcomeError ? new RetryableError(error.detail) : error;
  }
}
