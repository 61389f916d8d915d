import type { TokenGrants, TokenPair } from '#lib/connections/tokens';
import {
  BlockedError,
  type IntegrationError,
  RejectedError,
  RetryableError,
  UnknownOutcomeError,
} from '#lib/platform/errors';
import * as z from '#lib/platform/zod';
import type { RemoteContext } from '../action.ts';
import { count, optionalText, readShape, text } from '../kit/shape.ts';

type Caller = Pick<RemoteContext, 'http' | 'secrets' | 'now'>;

/** POST /token: a lifetime in seconds, and a refresh token that is good for one use. */
const TokenAnswer = z.object({ access_token: text, expires_in: count, refresh_token: optionalText });

/** "valid for next 4 hrs", and spent at its first use. */
const REFRESH_MS = 4 * 3600_000;

/** The two ways to a token: access key and shared secret, or the refresh token of the last one. */
export const grantsOf = (caller: Caller): TokenGrants => ({
  async login() {
    const { accessKey = '', sharedSecret = '' } = caller.secrets;
    try {
      return await grant(caller, { grant_type: 'password', username: accessKey, password: sharedSecret });
    } catch (error) {
      throw isRefusal(error) ? new BlockedError({ ...error.detail, code: 'credentials_refused' }, 'connection') : error;
    }
  },
  async refresh(refreshToken) {
    try {
      return await grant(caller, { grant_type: 'refresh_token', refresh_token: refreshToken });
    } catch (error) {
      // Spent or lapsed: a login comes next.
      throw isRefusal(error) ? new RejectedError(error.detail) : error;
    }
  },
});

/** POST /token: form-encoded, as OAuth has it. */
async function grant({ http, now }: Caller, form: Record<string, string>): Promise<TokenPair> {
  try {
    const { body } = await http.request({ method: 'POST', path: '/token', form });
    const { access_token, expires_in, refresh_token } = readShape(TokenAnswer, body);
    const after = (ms: number) => new Date(now().getTime() + ms).toISOString();
    return {
      accessToken: access_token,
      validUntil: after(expires_in * 1000),
      ...(refresh_token && { refreshToken: refresh_token, refreshUntil: after(REFRESH_MS) }),
    };
  } catch (error) {
    // An unknown outcome of the grant is no unknown outcome of the push, which has not left yet.
    throw error instanceof UnknownOutcomeError ? new RetryableError(error.detail) : error;
  }
}

const isRefusal = (error: unknown): error is IntegrationError =>
  error instanceof RejectedError || error instanceof BlockedError;
