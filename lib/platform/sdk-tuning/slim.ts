import { JsonHandler } from './http.ts';
import { Sha256 } from './sha256.ts';

/** `SDK_TUNING=off` in a function's environment leaves the SDK as it is, to find out whether this is at fault. */
const isOff = process.env.SDK_TUNING === 'off';

/** What every AWS client is created with. */
export const slimConfig = isOff ? {} : { sha256: Sha256, requestHandler: new JsonHandler() };

const USER_AGENT = 'longshore aws-sdk-js/3';

interface Stack {
  remove(name: string): boolean;
  add(
    middleware: (next: (args: never) => unknown) => (args: never) => unknown,
    options: { step: 'build'; name: string },
  ): void;
}

/**
 * Gives a client a short user agent, and no log. For each request the SDK works out anew what it runs on and which of
 * its features are in use, and copies input and output for a logger that nobody set: together as slow as signing.
 */
export function slim<C extends { middlewareStack: object; config: object }>(client: C): C {
  if (isOff) return client;
  // The SDK copies its configuration three times for each request. With that many members V8 stores it as a hash table,
  // which it copies quickly only if some object has it as prototype: that saves a third of a request's CPU time.
  Object.create(client.config);
  const stack = client.middlewareStack as Stack;
  stack.remove('loggerMiddleware');
  stack.remove('getUserAgentMiddleware');
  stack.add(
    (next) => (args: never) => {
      const { headers } = (args as { request: { headers: Record<string, string> } }).request;
      headers['user-agent'] = USER_AGENT;
      return next(args);
    },
    { step: 'build', name: 'getUserAgentMiddleware' },
  );
  return client;
}
