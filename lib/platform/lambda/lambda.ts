import middy from '@middy/core';
import { continueTrace, enterTrace } from '../telemetry/trace.ts';
import { invocation } from './invocation.ts';

/** The base of a function's handler: in the trace that its event carries, with counts written at the end. */
export const lambda = <Event = unknown, Result = unknown>(traceparentOf?: (event: Event) => string | undefined) =>
  middy<Event, Result>()
    .use(invocation())
    .before(({ event }) => enterTrace(continueTrace(traceparentOf?.(event))));

/** A function that the clock runs. */
export const scheduled = (work: () => Promise<unknown>) => lambda().handler(work);
