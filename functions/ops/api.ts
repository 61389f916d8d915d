import { createHandler } from '#lib/api/handler';

export const handler = createHandler();
