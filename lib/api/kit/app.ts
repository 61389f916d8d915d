import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { ApiError, answerError, errorBody } from './errors.ts';
import type { ApiEnv, Routes } from './route.ts';

const MAX_BODY_BYTES = 1024 * 1024;

/** An app of the routes in `eager` and, by the first segment of a path, in `lazy`, loaded when they are first asked for. */
export function createApp(
  eager: Routes,
  lazy: Readonly<Record<string, () => Promise<{ routes: Routes }>>>,
): Hono<ApiEnv> {
  const app = createEmpty();
  app.use(
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: () => {
        throw new ApiError(413, 'payload_too_large', `the body is over ${MAX_BODY_BYTES} bytes`);
      },
    }),
  );
  app.route('/', eager);
  for (const [segment, load] of Object.entries(lazy)) {
    let loaded: Promise<Hono<ApiEnv>> | undefined;
    app.all(`/${segment}/*`, async ({ req, env }) => {
      loaded ??= load().then(({ routes }) => createEmpty().route('/', routes));
      return (await loaded).fetch(req.raw, env);
    });
  }
  return app;
}

/** An app without routes, whose errors all have the shape `ErrorBody`. */
function createEmpty(): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.onError(answerError);
  app.notFound((context) => context.json(errorBody({ code: 'not_found', description: 'there is no such route' }), 404));
  return app;
}
