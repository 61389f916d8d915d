import { listActs } from '#lib/platform/audit';
import { Act } from '#lib/platform/audit-schema';
import * as z from '#lib/platform/zod';
import { listOf, paging, since } from './kit/lists.ts';
import { doc, named } from './kit/meta.ts';
import { json, Routes } from './kit/route.ts';

named('Act', Act, {
  members: {
    id: { example: 'act_3a52ce78-0950-4c1e-9d0b-0f3f9f2f6f11' },
    act: { example: 'delivery.closed' },
    about: { description: 'The id of what it was done to; of a key, its name.', example: 'dlv_5be1f6c2a93d70418f26' },
    detail: { description: 'Ids and names of members, never a value of them.', example: { was: 'dead' } },
  },
});

export const routes = new Routes('hub');

routes.add('GET /audit', {
  summary: 'Lists what people did, newest first',
  description: 'Each is written in the transaction of the act, and kept for 400 days.',
  scope: 'ops',
  request: {
    query: z.strictObject({ since: doc(since, { description: 'Done at or after this instant.' }), ...paging }),
  },
  responses: { 200: json('A page of acts.', listOf('acts', Act)) },
  answer: async ({ query }) => {
    const { items, cursor } = await listActs(query);
    return { acts: items, cursor };
  },
});
