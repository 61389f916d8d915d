import { RejectedError, UnknownOutcomeError } from '#lib/platform/errors';

/** What a remote refuses to do or to show is null; it must not keep a caller from what is behind it. */
export async function unlessRefused<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof RejectedError) return null;
    throw error;
  }
}

/** The error for an answer that says neither yes nor no: the remote may have done what it was asked. */
export const unclearAnswer = (description: string, httpStatus?: number): UnknownOutcomeError =>
  new UnknownOutcomeError({ code: 'unexpected_answer', description, ...(httpStatus && { httpStatus }) });
