import type { Webhook } from '../contract.ts';
import { member, textOf } from '../kit/json.ts';
import { presentedSecret } from '../kit/webhook-secret.ts';
import { info } from './manifest.ts';

export const webhook: Webhook = {
  info,
  // "Shoppo wil set accesstoken fields in request header": nothing is signed.
  ...presentedSecret(({ headers, rest }) => (rest.length === 0 ? headers.accesstoken : undefined), 'notificationToken'),

  // "If the reply is successful, we would like to reply 200 … Otherwise we want to show specific error message".
  answer: (problem) => ({ error: problem?.description ?? '' }),

  /** Whoever wrote a reply to a ticket is shown the answer, so what is missing is said at once. */
  objection(topic, body) {
    if (topic !== 'reply-ticket') return null;
    const lacking = ['ticketId', 'content'].filter((name) => textOf(member(body, name)) === '');
    return lacking.length > 0 ? `${lacking.join(', ')}: is missing` : null;
  },
};
