import { AwsError } from '../aws-error.ts';
import type { Handle } from '../serve.ts';
import { disturbDynamoDb } from './dynamodb.ts';
import { openFaultPlan, type ServiceName } from './plan.ts';
import { disturbSqs } from './sqs.ts';

/** Names the file that says which faults AWS has. Only `npm run prove` and a test set it; without it there are none. */
export const FAULTS_VARIABLE = 'LONGSHORE_AWS_FAULTS';

interface Services {
  dynamoDb: Handle;
  sqs: Handle;
  secretsManager: Handle;
}

/** The services as they are, or with the faults that the environment asks for. */
export function disturb(services: Services, file = process.env[FAULTS_VARIABLE]): Services {
  if (!file) return services;
  const plan = openFaultPlan(file);
  // Faults begin with the first receive from a queue: a hub that cannot start proves nothing.
  let started = false;
  const fromThen = (plain: Handle, disturbed: Handle): Handle => {
    return (operation, input, caller) => {
      started ||= operation === 'ReceiveMessage';
      return (started ? disturbed : plain)(operation, input, caller);
    };
  };
  const unlessAway = (service: ServiceName, handle: Handle): Handle => {
    return (operation, input, caller) => {
      if (plan.isAway(service)) throw new AwsError('ServiceUnavailable', `${service} is away`, { status: 503 });
      return handle(operation, input, caller);
    };
  };
  return {
    dynamoDb: unlessAway('dynamodb', fromThen(services.dynamoDb, disturbDynamoDb(services.dynamoDb, plan))),
    sqs: unlessAway('sqs', fromThen(services.sqs, disturbSqs(services.sqs, plan))),
    secretsManager: unlessAway('secretsmanager', services.secretsManager),
  };
}
