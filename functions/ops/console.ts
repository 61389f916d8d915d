import { createConsole } from '#lib/api/console';
import { createHandler } from '#lib/api/kit/handler';

export const handler = createHandler(createConsole());
