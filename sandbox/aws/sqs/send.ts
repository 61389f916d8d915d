import { randomUUID } from 'node:crypto';
import type { Caller } from '../serve.ts';
import { invalidParameter, missingParameter, outOfRange } from './errors.ts';
import {
  checkAttributes,
  type MessageAttributes,
  md5,
  md5OfAttributes,
  refuseForbiddenCharacters,
} from './message-attributes.ts';
import type { MessageStore } from './messages.ts';
import { numberOf } from './queue-attributes.ts';
import type { Queue } from './queues.ts';

const GROUP_ID = /^[\w!-/:-@[-`{-~]{1,128}$/;

/** What SendMessage and an entry of SendMessageBatch have in common. */
export interface Outgoing {
  MessageBody?: string;
  DelaySeconds?: number;
  MessageAttributes?: MessageAttributes;
  MessageSystemAttributes?: MessageAttributes;
  MessageGroupId?: string;
  MessageDeduplicationId?: string;
}

/** Checks and stores one message; once this returns, the message survives the process. */
export function sendMessage(messages: MessageStore, queue: Queue, outgoing: Outgoing, { trace: ofCaller }: Caller) {
  const body = checkOutgoing(queue, outgoing);
  const { DelaySeconds, MessageAttributes, MessageSystemAttributes, MessageGroupId } = outgoing;
  const now = Date.now();
  const id = randomUUID();
  const trace = MessageSystemAttributes?.AWSTraceHeader?.StringValue ?? ofCaller;
  const system = {
    SenderId: 'local',
    ...(MessageGroupId ? { MessageGroupId } : {}),
    ...(trace ? { AWSTraceHeader: trace } : {}),
  };
  messages.add({
    queue: queue.name,
    id,
    body,
    attributes: JSON.stringify(MessageAttributes ?? {}),
    system_attributes: JSON.stringify(system),
    sent_at: now,
    visible_at: now + (DelaySeconds ?? numberOf(queue.attributes, 'DelaySeconds')) * 1000,
  });
  return {
    MessageId: id,
    MD5OfMessageBody: md5(body),
    MD5OfMessageAttributes: md5OfAttributes(MessageAttributes),
    MD5OfMessageSystemAttributes: md5OfAttributes(MessageSystemAttributes),
  };
}

function checkOutgoing(queue: Queue, { MessageBody, DelaySeconds, ...rest }: Outgoing): string {
  if (!MessageBody) throw missingParameter('MessageBody');
  refuseForbiddenCharacters(MessageBody);
  const size = Buffer.byteLength(MessageBody) + checkAttributes(rest.MessageAttributes);
  const limit = numberOf(queue.attributes, 'MaximumMessageSize');
  if (size > limit)
    throw invalidParameter(`One or more parameters are invalid. Reason: Message must be shorter than ${limit} bytes.`);
  if (DelaySeconds != null && !(Number.isInteger(DelaySeconds) && DelaySeconds >= 0 && DelaySeconds <= 900))
    throw outOfRange('DelaySeconds', DelaySeconds, 'DelaySeconds must be >= 0 and <= 900');
  if (rest.MessageGroupId !== undefined && !GROUP_ID.test(rest.MessageGroupId)) {
    const reason = 'MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length';
    throw outOfRange('MessageGroupId', rest.MessageGroupId, reason);
  }
  if (rest.MessageDeduplicationId) {
    throw invalidParameter(
      'The request include parameter MessageDeduplicationId which is not valid for this queue type',
    );
  }
  return MessageBody;
}
