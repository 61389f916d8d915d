import { z } from 'zod';
import { controlRefusal, readControl } from './refusal.ts';

const Times = z.union([z.int().positive(), z.literal('always')]).default(1);

/** A fault in answering. `on` is `METHOD /path`; `:name` and `{name}` match any segment, a last `*` any rest. */
export const RequestFault = z.strictObject({
  on: z.string().regex(/^(\*|[A-Z]+) (\*|\/\S*)$/, 'wants "METHOD /path", "* *" or "webhook"'),
  kind: z.enum(['status', 'hang', 'accept-then-reset', 'reset', 'slow', 'garbage']),
  times: Times,
  status: z.int().min(200).max(599).optional(),
  /** Seconds. */
  retryAfter: z.number().nonnegative().optional(),
  body: z.unknown().optional(),
  /** `slow`: how long to wait (1000); `hang`: when to reset the connection (never). */
  delayMs: z.int().nonnegative().optional(),
  /** Do the work, then fail: the caller cannot know what happened. */
  afterWork: z.boolean().default(false),
  /** Applies only to requests with this text in their body or URL. */
  contains: z.string().optional(),
});
export type RequestFault = z.infer<typeof RequestFault>;

/** A fault in sending webhooks: `on` is `webhook`, or `webhook <topic>` for that topic only. */
const WebhookFault = z.strictObject({
  on: z.string().regex(/^webhook( \S+)?$/),
  kind: z.enum(['duplicate', 'reorder', 'drop', 'delay', 'bad-signature']),
  times: Times,
  /** `duplicate`: how many are sent in all. */
  copies: z.int().min(2).max(100).default(2),
  /** `delay`: how long to wait (1000); `reorder`: when to send if nothing overtakes it (5000). */
  delayMs: z.int().nonnegative().optional(),
});
type WebhookFault = z.infer<typeof WebhookFault>;

interface Switched {
  id: string;
  left: number | 'always';
  applied: number;
}
export type Fault = (RequestFault | WebhookFault) & Switched;

/** The active faults. They are kept in memory only: a restart gives a healthy sandbox. */
export type Faults = ReturnType<typeof createFaults>;

/** `endpoints` lists the vendor's routes, so that a fault that can never apply is refused. */
export function createFaults(endpoints: () => string[]) {
  let forRequests: Array<RequestFault & Switched> = [];
  let forWebhooks: Array<WebhookFault & Switched> = [];
  let count = 0;
  const switchOn = <Kind extends RequestFault | WebhookFault>(fault: Kind): Kind & Switched => {
    count += 1;
    return { ...fault, id: `flt_${count}`, left: fault.times, applied: 0 };
  };
  const take = <Kind extends Fault>(faults: Kind[], applies: (fault: Kind) => boolean): Kind | undefined => {
    const fault = faults.find((candidate) => candidate.left !== 0 && applies(candidate));
    if (!fault) return undefined;
    if (fault.left !== 'always') fault.left -= 1;
    fault.applied += 1;
    return fault;
  };
  const list = (): Fault[] => [...forRequests, ...forWebhooks].map((fault) => ({ ...fault }));

  return {
    list,
    /** Checks a fault and activates it; throws a refusal that says what is wrong. */
    add(input: unknown) {
      if (isForWebhooks(input)) {
        const fault = switchOn(readControl(WebhookFault, input));
        forWebhooks.push(fault);
        return { ...fault };
      }
      const fault = switchOn(readControl(RequestFault, input));
      if (!endpoints().some((endpoint) => covers(fault.on, endpoint))) {
        throw controlRefusal(
          400,
          'unknown_endpoint',
          `no such endpoint; there are: ${endpoints().join(', ')}, webhook`,
        );
      }
      forRequests.push(fault);
      return { ...fault };
    },
    remove(id: string) {
      const before = list().length;
      forRequests = forRequests.filter((fault) => fault.id !== id);
      forWebhooks = forWebhooks.filter((fault) => fault.id !== id);
      return list().length < before;
    },
    clear() {
      forRequests = [];
      forWebhooks = [];
    },
    /** The fault for this request, which is used up by one. The fault activated first applies first. */
    takeForRequest: (method: string, url: string, body: string) =>
      take(
        forRequests,
        ({ on, contains }) =>
          covers(on, `${method} ${url.split('?')[0]}`) &&
          (contains === undefined || `${url}\n${body}`.includes(contains)),
      ),
    takeForWebhook: (topic: string, kinds: ReadonlyArray<WebhookFault['kind']>) =>
      take(forWebhooks, ({ on, kind }) => kinds.includes(kind) && (on === 'webhook' || on === `webhook ${topic}`)),
  };
}

function isForWebhooks(input: unknown): boolean {
  const body = typeof input === 'string' ? safeParse(input) : input;
  return String((body as { on?: unknown } | null)?.on ?? '').startsWith('webhook');
}

function safeParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Whether `on` matches a request, or an endpoint as the documents write it. */
function covers(on: string, endpoint: string): boolean {
  const [method = '', pattern = ''] = on.split(' ');
  const [actualMethod = '', actual = ''] = endpoint.split(' ');
  if (method !== '*' && method !== actualMethod) return false;
  if (pattern === '*') return true;
  const wanted = pattern.split('/');
  const given = actual.split('/');
  if (wanted.at(-1) === '*') wanted.pop();
  else if (wanted.length !== given.length) return false;
  return wanted.every((segment, index) => isAny(segment) || isAny(given[index] ?? '') || segment === given[index]);
}

const isAny = (segment: string): boolean => segment.startsWith(':') || /^\{.+\}$/.test(segment);
