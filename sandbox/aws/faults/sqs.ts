import { createHash, randomUUID } from 'node:crypto';
import { AwsError } from '../aws-error.ts';
import type { Handle } from '../serve.ts';
import { LostConnection } from './lost-connection.ts';
import type { FaultPlan, FaultTable } from './plan.ts';

type Kind = 'unavailable' | 'lost' | 'done-but-lost' | 'doubled' | 'late' | 'swallowed';

const CALLS: FaultTable<Kind> = [
  [0.004, 'unavailable'],
  [0.003, 'lost'],
  [0.006, 'done-but-lost'],
];
const SENDS: FaultTable<Kind> = [[0.02, 'doubled'], [0.01, 'late'], ...CALLS];
/** Only a ring may get lost: SQS must keep an inbound event that it has accepted. */
const RINGS: FaultTable<Kind> = [[0.03, 'swallowed'], ...SENDS];
const DELETES: FaultTable<Kind> = [[0.01, 'swallowed'], ...CALLS];
const MAX_LATE_SECONDS = 2;

interface Entry {
  Id?: string;
  MessageBody?: string;
  DelaySeconds?: number;
  ReceiptHandle?: string;
}
interface Request extends Entry {
  QueueUrl?: string;
  Entries?: Entry[];
  VisibilityTimeout?: number;
}

/** SQS with faults: messages doubled, late or lost, batches that fail in part, receipts that are forgotten. */
export const disturbSqs =
  (handle: Handle, plan: FaultPlan): Handle =>
  async (operation, input, caller) => {
    const request = input as Request;
    const pass = (changed: Request = request) => handle(operation, changed, caller);
    const isRing = /-deliveries$/.test(request.QueueUrl ?? '');
    switch (operation) {
      case 'ReceiveMessage': {
        const visibility = plan.visibilitySeconds();
        return pass(visibility === undefined ? request : { ...request, VisibilityTimeout: visibility });
      }
      case 'SendMessage': {
        const fault = plan.take('sqs SendMessage', about(request), isRing ? RINGS : SENDS);
        if (fault === 'swallowed') return sent(request);
        if (fault === 'doubled') await pass();
        return whole(fault, request, pass);
      }
      case 'SendMessageBatch':
        return inPart(request, pass, (entry) =>
          plan.take('sqs SendMessageBatch', about(entry), isRing ? RINGS : SENDS),
        );
      case 'DeleteMessageBatch':
        return inPart(request, pass, () => plan.take('sqs DeleteMessageBatch', '', DELETES));
      default:
        return pass();
    }
  };

/** A message without its random id and its time of receipt, so that a seed always hits the same messages. */
const about = ({ MessageBody = '' }: Entry): string => MessageBody.replace(/"(id|receivedAt)":"(evt_)?[^"]*",/g, '');

async function whole(fault: Kind | undefined, request: Request, pass: (changed?: Request) => unknown) {
  if (fault === 'unavailable') throw new AwsError('com.amazonaws.sqs#InternalError', 'Unavailable', { status: 503 });
  if (fault === 'lost') throw new LostConnection();
  const answer = await pass(fault === 'late' ? { ...request, ...late(request) } : request);
  if (fault === 'done-but-lost') throw new LostConnection();
  return answer;
}

/** Draws a fault for each entry of a batch; a lost connection affects all of them. */
async function inPart(
  request: Request,
  pass: (changed?: Request) => unknown,
  take: (entry: Entry) => Kind | undefined,
): Promise<unknown> {
  const drawn = (request.Entries ?? []).map((entry) => ({ entry, fault: take(entry) }));
  const of = (kind: Kind) => drawn.filter(({ fault }) => fault === kind).map(({ entry }) => entry);
  if (of('lost').length > 0) throw new LostConnection();
  const through = drawn
    .filter(({ fault }) => fault !== 'unavailable' && fault !== 'swallowed')
    .map(({ entry, fault }) => (fault === 'late' ? { ...entry, ...late(entry) } : entry));
  const doubled = of('doubled');
  if (doubled.length > 0) await pass({ ...request, Entries: doubled });
  const none = { Successful: [] as object[], Failed: [] as object[] };
  const answer = through.length > 0 ? ((await pass({ ...request, Entries: through })) as typeof none) : none;
  if (of('done-but-lost').length > 0) throw new LostConnection();
  return {
    Successful: [...answer.Successful, ...of('swallowed').map((entry) => ({ Id: entry.Id, ...sent(entry) }))],
    Failed: [
      ...answer.Failed,
      ...of('unavailable').map(({ Id }) => ({ Id, Code: 'InternalError', Message: 'Unavailable', SenderFault: false })),
    ],
  };
}

const late = ({ DelaySeconds = 0 }: Entry) => ({ DelaySeconds: DelaySeconds + MAX_LATE_SECONDS });

/** The answer for a message that was swallowed. */
const sent = ({ MessageBody = '' }: Entry) => ({
  MessageId: randomUUID(),
  MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex'),
});
