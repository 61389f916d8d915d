import type { Webhook } from '../contract.ts';
import { member, textOf } from '../kit/json.ts';
import { knowsSecret, provesSecret, secretEvidence } from '../kit/webhook-secret.ts';
import { info } from './manifest.ts';

const TOKEN = 'notificationToken';

// "Shoppo wil set accesstoken fields in request header": nothing is signed.
export const webhook: Webhook = {
  info,
  authenticate: ({ headers, rest }, { secrets }) =>
    knowsSecret(headers.accesstoken, secrets, TOKEN) && rest.length === 0,
  evidence: ({ headers, rest, body }) => (rest.length === 0 ? secretEvidence(headers.accesstoken, body) : undefined),
  admits: (evidence, body, { secrets }) => provesSecret(evidence, body, secrets, TOKEN),

  // "If the reply is successful, we would like to reply 200 … Otherwise we want to show specific error message".
  answer: (problem) => ({ error: problem?.description ?? '' }),

  /** The reply to a ticket is shown to whoever wrote it, so what it lacks is said at once. */
  objection(topic, body) {
    if (topic !== 'reply-ticket') return null;
    const lacking = ['ticketId', 'content'].filter((name) => textOf(member(body, name)) === '');
    return lacking.length > 0 ? `${lacking.join(', ')}: is missing` : null;
  },
};
