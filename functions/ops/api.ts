import { createApi } from '#lib/api/api';
import { createHandler } from '#lib/api/kit/handler';

export const handler = createHandler(createApi());
