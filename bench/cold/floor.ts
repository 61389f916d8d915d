import type { Metafile } from 'esbuild';

/** A client that a hand-written handler would construct, and one call of it. */
interface Client {
  module: string;
  names: readonly string[];
  construct: string;
  call: string;
}

const CLIENTS = {
  dynamodb: {
    module: '@aws-sdk/client-dynamodb',
    names: ['DynamoDBClient', 'GetItemCommand'],
    construct: 'const dynamodb = new DynamoDBClient({});',
    call: 'await dynamodb.send(new GetItemCommand(event));',
  },
  sqs: {
    module: '@aws-sdk/client-sqs',
    names: ['SQSClient', 'SendMessageCommand'],
    construct: 'const sqs = new SQSClient({});',
    call: 'await sqs.send(new SendMessageCommand(event));',
  },
  secrets: {
    module: '@aws-sdk/client-secrets-manager',
    names: ['SecretsManagerClient', 'GetSecretValueCommand'],
    construct: 'const secrets = new SecretsManagerClient({});',
    call: 'await secrets.send(new GetSecretValueCommand(event));',
  },
} satisfies Record<string, Client>;

export type ClientName = keyof typeof CLIENTS;

/** The SDK clients that a bundle holds. */
export function clientsIn({ inputs }: Metafile): ClientName[] {
  const files = Object.keys(inputs);
  const names = Object.keys(CLIENTS) as ClientName[];
  return names.filter((name) => files.some((file) => file.includes(`node_modules/${CLIENTS[name].module}/`)));
}

/** A handler that imports and constructs these clients, can call each, and does nothing else. */
export function floorSource(clients: readonly ClientName[]): string {
  const used = clients.map((name) => CLIENTS[name]);
  return [
    ...used.map(({ names, module }) => `import { ${names.join(', ')} } from '${module}';`),
    ...used.map(({ construct }) => construct),
    `export const handler = async (event) => { ${used.map(({ call }) => call).join(' ')} };`,
  ].join('\n');
}
