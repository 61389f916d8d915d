import { JsonHandler } from './http.ts';
import { Sha256 } from './sha256.ts';

/** `SDK_TUNING=off` in a function's environment leaves the SDK as it comes: to find out whether it is this that fails. */
const isOff = process.env.SDK_TUNING === 'off';

/** What every AWS client is made with. */
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
 * Has a client name itself in a few words, and write no log. The SDK works out anew for each request what it runs on and
 * which of its features are in use, and copies input and output for a logger that nobody set: together that takes as
 * long as signing it.
 */
export function slim<C extends { middlewareStack: object; config: object }>(client: C): C {
  if (isOff) return client;
  // The SDK copies its configuration three times for each request. V8 holds so many members as a hash table, which it
  // copies quickly only where some object has it for a prototype: a third of the CPU time of a request.
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
