import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from '#lib/platform/zod';
import { Filter } from './deliveries.ts';
import { answerOf, cut, Instant, say, ToolError, tool } from './tool.ts';

const PROPOSAL_SECONDS = 600;

/** What was proposed: the filter, the digest of what it matched, and when, in seconds since 1970. */
interface Proposal {
  filter: z.infer<typeof Filter>;
  digest: string;
  at: number;
}

const sign = (text: string, key: string): string =>
  createHmac('sha256', key).update(`proposal ${text}`).digest('base64url').slice(0, 22);

/**
 * The id of a proposal. It contains the whole proposal, so that nothing has to be stored, and is signed with the API
 * key, so that an agent can only start what it was shown.
 */
function toId({ filter, digest, at }: Proposal, key: string): string {
  const text = Buffer.from(JSON.stringify([filter, digest, at])).toString('base64url');
  return `prp_${text}.${sign(text, key)}`;
}

/** The proposal of an id. Throws ToolError for one that this key never signed or that is too old. */
function fromId(id: string, key: string, now: Date): Proposal {
  const [, text = '', signature = ''] = /^prp_([\w-]+)\.([\w-]+)$/.exec(id.trim()) ?? [];
  const [given, own] = [Buffer.from(signature), Buffer.from(sign(text, key))];
  if (given.length !== own.length || !timingSafeEqual(given, own))
    throw new ToolError('this is no proposal of preview_replay: hand its id over whole');
  const [filter, digest, at] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [
    Proposal['filter'],
    string,
    number,
  ];
  if (now.getTime() / 1000 - at > PROPOSAL_SECONDS)
    throw new ToolError('the proposal is older than ten minutes: preview it again, as things may have changed');
  return { filter, digest, at };
}

export const previewReplay = tool({
  name: 'preview_replay',
  title: 'Propose a replay',
  description:
    'Tells which dead and blocked deliveries a replay would give a fresh set of attempts, and what remotes would be asked to do. Changes nothing. Answers a proposal, good for ten minutes: show a person what it would do before it is started, by start_replay where that is offered, else by the command line.',
  input: z.strictObject({
    filter: say(Filter, 'At least one member; list_causes has one for each cause.'),
  }),
  output: z.object({
    proposal: say(
      z.nullable(z.string()),
      'Null where nothing matches, or more than could be counted: narrow the filter.',
    ),
    expiresAt: Instant,
    matched: z.int(),
    leftOut: say(z.int(), 'Matched and not replayed: nobody knows whether they happened, a person must look.'),
    complete: z.boolean(),
    calls: z.array(
      z.object({
        ...{ connection: z.string(), action: z.string(), count: z.int() },
        probedFirst: say(z.int(), 'Of these, read back first, so that nothing happens twice.'),
      }),
    ),
    sample: z.array(z.object({ id: z.string(), order: z.nullable(z.string()), cause: z.nullable(z.string()) })),
    command: say(z.string(), 'How a person does the same.'),
  }),
  async run({ hub, key, now }, { filter }) {
    const data = await answerOf(hub.POST('/deliveries/replay', { body: { filter, dryRun: true } }));
    if (!('digest' in data)) throw new ToolError('the hub made no dry run of it');
    const { matched, leftOut, complete, digest, sample } = data;
    const at = Math.floor(now().getTime() / 1000);
    const proposal = complete && matched > 0 ? toId({ filter, digest, at }, key) : null;
    return {
      ...{ proposal, matched, leftOut, complete },
      expiresAt: proposal && new Date((at + PROPOSAL_SECONDS) * 1000).toISOString(),
      calls: data.calls,
      sample: sample.map(({ id, order, cause }) => ({
        id,
        order,
        cause: cause && cut(`${cause.code}: ${cause.description}`),
      })),
      command: `longshore deliveries replay --filter '${JSON.stringify(filter).replaceAll("'", `'\\''`)}' --canary`,
    };
  },
});

export const startReplay = tool({
  name: 'start_replay',
  title: 'Start a proposed replay',
  description:
    'Starts what preview_replay proposed, once a person has agreed: 1 delivery first, then 10, then the rest, stopping at the first that fails again. Refused when the proposal is older than ten minutes or anything it matched has changed. Goes on record under the name of this key with the reason.',
  acts: true,
  input: z.strictObject({
    proposal: say(z.string(), 'The proposal of preview_replay, whole.'),
    reason: say(z.string().check(z.trim(), z.minLength(1), z.maxLength(500)), 'What was mended, and who agreed.'),
  }),
  output: z.object({ replay: say(z.string(), 'An id for show_replay.'), state: z.string(), sentence: z.string() }),
  async run({ hub, key, now }, { proposal, reason }) {
    const { filter, digest } = fromId(proposal, key, now());
    const body = { filter, canary: true, expect: digest, reason };
    const data = await answerOf(hub.POST('/deliveries/replay', { body }));
    if (!('replayId' in data)) throw new ToolError('the hub started nothing');
    const { replayId: replay, state } = data;
    const sentence = 'It is a canary: 1 delivery, then 10, then the rest, each stage once the one before has settled.';
    return { replay, state, sentence };
  },
});

export const showReplay = tool({
  name: 'show_replay',
  title: 'Show how a replay goes',
  description:
    'Tells how far a replay is, and what stopped it: a canary ends as relapsed at the first delivery that fails again.',
  input: z.strictObject({ replay: say(z.string(), 'An id that begins with rpl_.') }),
  output: z.object({
    ...{ id: z.string(), state: z.string(), by: z.string() },
    ...{ reason: z.nullable(z.string()), stage: z.nullable(z.string()) },
    ...{ matched: z.int(), waiting: z.int(), pending: z.int(), succeeded: z.int(), dead: z.int(), blocked: z.int() },
    relapse: say(z.nullable(z.string()), 'The delivery that failed again, for show_delivery.'),
    endedAt: Instant,
  }),
  async run({ hub }, { replay: asked }) {
    const replay = await answerOf(hub.GET('/replays/{id}', { params: { path: { id: asked } } }));
    return { ...replay, relapse: replay.relapse?.delivery ?? null };
  },
});
