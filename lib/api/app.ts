import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { continueTrace, runInTrace } from '#lib/platform/telemetry/trace';
import { areas } from './areas.ts';
import type { ApiEnv } from './auth.ts';
import { ApiError, answerError, errorBody } from './errors.ts';

const MAX_BODY_BYTES = 1024 * 1024;

/** The public surface of the hub. */
export function createApp(): Hono<ApiEnv> {
  const app = createEmpty();
  app.use((context, next) => runInTrace(continueTrace(context.req.header('traceparent')), next));
  app.use(
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: () => {
        throw new ApiError(413, 'payload_too_large', `the body is over ${MAX_BODY_BYTES} bytes`);
      },
    }),
  );
  for (const { paths, load } of areas) {
    let loaded: Promise<Hono<ApiEnv>> | undefined;
    for (const path of paths)
      app.all(`${path}/*`, async ({ req, env }) => {
        loaded ??= load().then(mount);
        return (await loaded).fetch(req.raw, env);
      });
  }
  return app;
}

function mount(groups: ReadonlyArray<{ routes: Hono<ApiEnv> }>): Hono<ApiEnv> {
  const area = createEmpty();
  for (const { routes } of groups) area.route('/', routes);
  return area;
}

/** Answers everything in the one shape of errors. */
function createEmpty(): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.onError(answerError);
  app.notFound((context) => context.json(errorBody({ code: 'not_found', description: 'there is no such route' }), 404));
  return app;
}
