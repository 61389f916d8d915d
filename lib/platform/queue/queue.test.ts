import type { SQSClient } from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSender, textOf } from './queue.ts';

interface Entry {
  Id: string;
  MessageBody: string;
  DelaySeconds?: number;
  MessageGroupId?: string;
}

type Refuses = (entry: Entry, batch: number) => boolean | 'for good';

/** An SQS that refuses entries as the test says. */
function startSqs(refuses: Refuses = () => false) {
  const batches: Entry[][] = [];
  const send = async ({ input }: { input: { Entries?: Entry[] } & Entry }) => {
    const Entries = input.Entries ?? [{ ...input, Id: '0' }];
    batches.push(Entries);
    const refused = Entries.map((entry) => ({ entry, why: refuses(entry, batches.length) }));
    return {
      Failed: refused
        .filter(({ why }) => why)
        .map(({ entry, why }) => ({ Id: entry.Id, SenderFault: why === 'for good', Code: 'InternalError' })),
    };
  };
  const sqs = { send } as unknown as SQSClient;
  const sender = createSender({ sqs, urlOf: (queue) => `https://sqs/${queue}`, wait: async () => undefined });
  const sent = () => batches.flat().map(({ MessageBody }) => JSON.parse(MessageBody).index as number);
  return { ...sender, batches, sent };
}

const messages = (count: number, size = 10) =>
  Array.from({ length: count }, (_, index) => ({ message: { index, pad: 'x'.repeat(size) } }));

describe('unchecked Failed entries of batch calls', () => {
  it('are sent again, those entries alone, until SQS has them all', async () => {
    const { batches, sendMessages } = startSqs(({ Id }, batch) => batch === 1 && Number(Id) % 2 === 1);
    await sendMessages('q', messages(4));
    expect(batches.map((batch) => batch.map(({ Id }) => Id))).toEqual([
      ['0', '1', '2', '3'],
      ['1', '3'],
    ]);
  });

  it('that SQS keeps refusing end in an error, so that the caller is rung again', async () => {
    const { batches, sendMessages } = startSqs(({ Id }) => Id === '2');
    await expect(sendMessages('q', messages(3))).rejects.toThrow('kept refusing a message for q');
    expect(batches.slice(1).flat()).toHaveLength(batches.length - 1);
    expect(batches).toHaveLength(5);
  });

  it('that are the sender’s fault are not sent again', async () => {
    const { batches, sendMessages } = startSqs(({ Id }) => Id === '2' && 'for good');
    await expect(sendMessages('q', messages(3))).rejects.toThrow('kept refusing a message for q');
    expect(batches).toHaveLength(1);
  });
});

describe('batches', () => {
  it('are made of what is sent at the same moment or while a request is on its way, each message with its own fate', async () => {
    const { batches, sendMessage } = startSqs(({ Id }, batch) => batch > 1 && Id === '1');
    const first = sendMessage('q', { message: { index: 0 } });
    await new Promise((resolve) => setImmediate(() => queueMicrotask(() => resolve(undefined))));
    const fates = await Promise.allSettled([
      first,
      ...[1, 2, 3].map((index) => sendMessage('q', { message: { index }, group: 'shop' })),
    ]);
    expect(fates.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(batches[0]).toHaveLength(1);
    expect(batches[1]?.map(({ MessageGroupId }) => MessageGroupId)).toEqual(['shop', 'shop', 'shop']);
  });

  it('hold ten messages and a megabyte at most, and together every message once', async () => {
    const small = startSqs();
    await small.sendMessages('q', messages(25));
    expect(small.batches.map(({ length }) => length)).toEqual([10, 10, 5]);
    expect(small.sent()).toEqual(Array.from({ length: 25 }, (_, index) => index));
    const large = startSqs();
    await large.sendMessages('q', messages(4, 300_000));
    expect(large.batches.map(({ length }) => length)).toEqual([3, 1]);
  });

  it('delay in whole seconds rounded up, 15 minutes at most', async () => {
    const { batches, sendMessages } = startSqs();
    await sendMessages(
      'q',
      [0, 0.2, 300, 4000].map((delaySeconds) => ({ message: {}, delaySeconds })),
    );
    expect(batches.flat().map(({ DelaySeconds }) => DelaySeconds)).toEqual([undefined, 1, 300, 900]);
  });
});

// "A message can include only XML, JSON, and unformatted text. The following Unicode characters are allowed."
const ALLOWED = /^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u;

it('any JSON that a receiver accepts, the queue accepts, and it arrives as it was', () => {
  const odd = fc.constantFrom('\uffff', '\ufffe', '\ud800', '\u0000', '\u007f', '\u2028', '😀', '"', '\\');
  const text = fc
    .array(fc.oneof(odd, fc.string({ unit: 'binary', maxLength: 10 })), { maxLength: 6 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.dictionary(text, fc.oneof(text, fc.array(text), fc.double()), { maxKeys: 4 }), (body) => {
      const sent = textOf({ body: JSON.stringify(body), kept: body });
      expect(sent).toMatch(ALLOWED);
      expect(JSON.parse(sent)).toEqual(JSON.parse(JSON.stringify({ body: JSON.stringify(body), kept: body })));
    }),
  );
  expect(textOf({ note: 'a\uffffb' })).toBe('{"note":"a\\uffffb"}');
});
