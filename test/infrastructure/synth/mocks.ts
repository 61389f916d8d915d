export const ACCOUNT = '111122223333';

export interface Registration {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
  /** False for SST's components, which only group resources. */
  custom?: boolean;
  /** Set if it exists already and is only read. */
  id?: string | undefined;
  /** Empty: the configuration's provider, with its region and tags. */
  provider?: string;
}

export interface Resource extends Registration {
  id: string;
  isRead: boolean;
  /** The inputs, and what AWS would answer. */
  state: Record<string, unknown>;
}

/** Answers every registration as AWS would, and records it; throws for an unexpected data source. */
export class CloudMocks {
  readonly resources: Resource[] = [];
  readonly #region: string;

  constructor(region: string) {
    this.#region = region;
  }

  newResource(registration: Registration) {
    const { type, name, inputs, custom, id: existing, provider = '' } = registration;
    if (custom === false) return { id: undefined, state: inputs };
    const named = { name: existing || name, ...inputs };
    const state: Record<string, unknown> = { ...named, ...this.#answer(type, String(named.name)) };
    const id = type.startsWith('aws:apigatewayv2/') ? `${name}-id` : String(state.url ?? state.name);
    this.resources.push({ type, name, inputs, id, state, provider, isRead: Boolean(existing) });
    return { id, state };
  }

  call({ token, inputs }: { token: string; inputs: Record<string, unknown> }): Record<string, unknown> {
    switch (token) {
      case 'aws:index/getRegion:getRegion':
        return { id: this.#region, name: this.#region, region: this.#region };
      case 'aws:index/getPartition:getPartition':
        return { partition: 'aws', dnsSuffix: 'amazonaws.com' };
      case 'aws:index/getCallerIdentity:getCallerIdentity':
        return { accountId: ACCOUNT };
      case 'aws:iam/getPolicyDocument:getPolicyDocument':
        return { ...inputs, json: policyDocument(inputs.statements as PolicyStatement[] | undefined) };
      default:
        throw new Error(`nobody told the mocks what ${token} answers`);
    }
  }

  #answer(type: string, name: string): Record<string, unknown> {
    const arn = (service: string, rest: string) => ({ arn: `arn:aws:${service}:${this.#region}:${ACCOUNT}:${rest}` });
    switch (type) {
      case 'aws:sqs/queue:Queue':
        return { ...arn('sqs', name), url: `https://sqs.${this.#region}.amazonaws.com/${ACCOUNT}/${name}` };
      case 'aws:dynamodb/table:Table':
        return {
          ...arn('dynamodb', `table/${name}`),
          streamArn: arn('dynamodb', `table/${name}/stream/2026-11-20T08:15:00.000`).arn,
        };
      case 'aws:lambda/function:Function':
        return arn('lambda', `function:${name}`);
      case 'aws:iam/role:Role':
        return { arn: `arn:aws:iam::${ACCOUNT}:role/${name}` };
      case 'aws:secretsmanager/secret:Secret':
        return arn('secretsmanager', `secret:${name}-AbCdEf`);
      case 'aws:cloudwatch/logGroup:LogGroup':
        return arn('logs', `log-group:${name}`);
      case 'aws:apigatewayv2/api:Api':
        return {
          apiEndpoint: `https://${name}.execute-api.${this.#region}.amazonaws.com`,
          executionArn: arn('execute-api', name).arn,
        };
      case 'aws:apigatewayv2/domainName:DomainName':
        return {
          domainNameConfiguration: {
            targetDomainName: `d-0123456789.execute-api.${this.#region}.amazonaws.com`,
            hostedZoneId: 'Z0GATEWAY',
          },
        };
      case 'aws:acm/certificate:Certificate':
        return {
          ...arn('acm', `certificate/${name}`),
          domainValidationOptions: [
            {
              resourceRecordName: '_proof',
              resourceRecordType: 'CNAME',
              resourceRecordValue: '_proof.acm-validations.aws',
            },
          ],
        };
      case 'random:index/randomBytes:RandomBytes':
        return { base64: Buffer.alloc(32).toString('base64') };
      default:
        return arn(type.split(/[:/]/)[1] ?? type, name);
    }
  }
}

interface PolicyStatement {
  effect?: string;
  actions?: string[];
  resources?: string[];
  principals?: Array<{ type: string; identifiers: string[] }>;
  conditions?: Array<{ test: string; variable: string; values: string[] }>;
}

const policyDocument = (statements: PolicyStatement[] = []): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map(({ effect = 'Allow', actions, resources, principals, conditions }) => ({
      Effect: effect,
      Action: actions,
      Resource: resources,
      Principal: principals && Object.fromEntries(principals.map(({ type, identifiers }) => [type, identifiers])),
      Condition:
        conditions &&
        Object.fromEntries(conditions.map(({ test, variable, values }) => [test, { [variable]: values }])),
    })),
  });
