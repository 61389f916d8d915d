import { getConfiguration } from '#lib/connections/store';
import * as z from '#lib/platform/zod';
import { admit, createVerifier, judge, listAdmissions } from '#lib/quarantine/admit';
import { AdmissionRecord, QuarantinedFacts } from '#lib/quarantine/quarantine-schema';
import { listQuarantined, type Quarantined, SLOTS } from '#lib/quarantine/store';
import { ApiError, errorResponses } from './kit/errors.ts';
import { listOf, paging, textParam } from './kit/lists.ts';
import { doc, named, pick, Reason } from './kit/meta.ts';
import { body, json, Routes } from './kit/route.ts';

const QuarantinedWebhook = named(
  'QuarantinedWebhook',
  z.extend(QuarantinedFacts, { admissible: doc(z.boolean(), { description: 'Authentic under the present secrets.' }) }),
  {
    members: {
      id: { example: 'qtn_5be1f6c2a93d70418f26' },
      connection: { example: 'scopio-main' },
      topic: { example: 'order-paid' },
      size: 'Bytes of its body, which is never shown: it may be a forgery.',
      admitted: 'Who admitted it, and why.',
    },
  },
);
export type QuarantinedWebhook = z.infer<typeof QuarantinedWebhook>;

const counts = {
  matched: z.int(),
  refused: doc(z.int(), { description: 'Not authentic under the present secrets.' }),
  alreadyAdmitted: z.int(),
};

const AdmissionDryRun = named(
  'AdmissionDryRun',
  z.object({
    dryRun: z.literal(true),
    ...counts,
    admissible: z.int(),
    sample: z.array(QuarantinedWebhook).check(z.maxLength(5)),
  }),
);

const Admitted = named(
  'Admission',
  z.object({ admissionId: doc(z.string(), { example: 'adm_3a52ce78' }), ...counts, admitted: z.int() }),
);

export type AdmissionAnswer = z.infer<typeof AdmissionDryRun> | z.infer<typeof Admitted>;

named('AdmissionRecord', AdmissionRecord, {
  members: {
    id: { example: 'adm_3a52ce78-0950-4c1e-9d0b-0f3f9f2f6f11' },
    webhooks: 'Ids of those it let in.',
  },
});

export const routes = new Routes('quarantine');

routes.add('GET /quarantine', {
  summary: 'Lists webhooks whose proof failed, newest first',
  description: `At most the last ${SLOTS} of each connection, for 7 days; repetitions are kept once.`,
  scope: 'ops',
  request: {
    query: z.strictObject({ connection: textParam(), ...paging }),
  },
  responses: { 200: json('A page of the quarantine.', listOf('quarantine', QuarantinedWebhook)) },
  answer: async ({ query: { connection, limit, cursor } }) => {
    const { connections } = await getConfiguration();
    const wanted = [...connections.values()].filter(({ id }) => !connection || id === connection);
    const page = await listQuarantined({ connections: wanted.map(({ id }) => id), limit, cursor });
    const verifies = await createVerifier(wanted);
    return { quarantine: page.items.map((kept) => present(kept, verifies(kept))), cursor: page.cursor };
  },
});

routes.add('GET /quarantine/admissions', {
  summary: 'Lists admissions, newest first',
  scope: 'ops',
  request: { query: z.strictObject(paging) },
  responses: { 200: json('A page of admissions.', listOf('admissions', AdmissionRecord)) },
  answer: async ({ query }) => {
    const { items, cursor } = await listAdmissions(query);
    return { admissions: items, cursor };
  },
});

routes.add('POST /quarantine/admit', {
  summary: 'Verifies quarantined webhooks again and admits the authentic ones',
  description:
    'They keep their original time of receipt. What was admitted before is not admitted again; what is still not authentic stays.',
  scope: 'ops',
  request: {
    body: body(
      named(
        'AdmissionRequest',
        z.strictObject({
          connection: z.string().check(z.minLength(1)),
          ids: doc(z.optional(z.array(z.string()).check(z.minLength(1), z.maxLength(SLOTS))), {
            description: 'All of it, if absent.',
          }),
          dryRun: z._default(z.boolean(), false),
          reason: Reason,
        }),
        { example: { connection: 'scopio-main', reason: 'the secret was mistyped' } },
      ),
    ),
  },
  responses: {
    200: json('A dry run: nothing was admitted.', AdmissionDryRun),
    202: json('Sent on like any webhook.', Admitted),
    ...errorResponses(404),
  },
  answer: async ({ body: { connection: id, ids, dryRun, reason = null }, by, context }) => {
    const connection = (await getConfiguration()).connections.get(id);
    if (!connection) throw new ApiError(404, 'not_found', `there is no connection ${id}`, 'connection');
    const verdict = await judge(connection, ids);
    const { admissible, ...told } = verdict;
    if (dryRun) {
      const sample = admissible.slice(0, 5).map((kept) => present(kept, true));
      return context.json({ dryRun: true as const, ...told, admissible: admissible.length, sample }, 200);
    }
    const admission = await admit(connection, verdict, { by, reason });
    return context.json({ admissionId: admission.id, ...told, admitted: admissible.length }, 202);
  },
});

const present = (kept: Quarantined, admissible: boolean): QuarantinedWebhook => ({
  ...pick(QuarantinedFacts, kept),
  admissible,
});
