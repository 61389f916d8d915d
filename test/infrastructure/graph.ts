import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SETTINGS } from '../../stacks/settings.ts';
import type { Bundle } from './synth/builder.ts';
import type { App } from './synth/config.ts';
import { ACCOUNT, type Resource } from './synth/mocks.ts';

export const account = ACCOUNT;

export interface Statement {
  Action: string[];
  Resource: string[];
  Condition?: Record<string, Record<string, string[]>>;
}

export type Inputs = Record<string, unknown>;
type GraphResource = Resource & { protect: boolean; retainOnDelete: boolean };

interface Synthesized {
  app: App;
  outputs: { environment: Record<string, string>; url: string; domainTarget?: string };
  resources: GraphResource[];
  bundles: Record<string, Bundle>;
}

/** The resources that deploying a stage would create. */
export class Graph {
  readonly stage: string;
  readonly app: App;
  readonly outputs: Synthesized['outputs'];
  readonly resources: readonly GraphResource[];
  readonly bundles: Readonly<Record<string, Bundle>>;

  constructor(stage: string, { app, outputs, resources, bundles }: Synthesized) {
    this.stage = stage;
    this.app = app;
    this.outputs = outputs;
    this.resources = resources;
    this.bundles = bundles;
  }

  get isLean(): boolean {
    return this.variablesOf('ingest').WATCH === 'lean';
  }

  /** All of a type, such as `sqs/queue:Queue`. */
  all(type: string): GraphResource[] {
    return this.resources.filter((resource) => resource.type === `aws:${type}`);
  }

  one(type: string, wanted: (resource: GraphResource) => boolean = () => true): GraphResource {
    const [found, ...others] = this.all(type).filter(wanted);
    if (!found || others.length > 0)
      throw new Error(`${found ? others.length + 1 : 0} of ${type} fit, of ${this.all(type).map(({ name }) => name)}`);
    return found;
  }

  /** A function of the topology. */
  function(name: string): GraphResource {
    return this.one('lambda/function:Function', ({ state }) => state.name === `longshore-${this.stage}-${name}`);
  }

  /** A queue of the topology: SST names `inbound-dead-letters` as `InboundDeadLettersQueue`. */
  queue(name: string): GraphResource {
    return this.one(
      'sqs/queue:Queue',
      (queue) => queue.name.toLowerCase() === `${name.replaceAll('-', '')}queue`.toLowerCase(),
    );
  }

  secret(marketplace: string): GraphResource {
    return this.one(
      'secretsmanager/secret:Secret',
      ({ inputs }) => inputs.name === `longshore/${this.stage}/${marketplace}`,
    );
  }

  role(arn: unknown): GraphResource {
    return this.one('iam/role:Role', ({ state }) => state.arn === arn);
  }

  statementsOf(name: string): Statement[] {
    return statements(this.role(this.function(name).inputs.role));
  }

  variablesOf(name: string): Record<string, string> {
    return (this.function(name).inputs.environment as { variables: Record<string, string> }).variables;
  }
}

/** A role's inline statements; this deployment grants nothing in any other place. */
export const statements = ({ inputs }: Resource): Statement[] =>
  ((inputs.inlinePolicies ?? []) as Array<{ policy: string }>).flatMap(
    ({ policy }) => (JSON.parse(policy) as { Statement: Statement[] }).Statement,
  );

const run = promisify(execFile);

/**
 * Runs the real configuration on mocks; a failure there fails here with the same words. Bundling takes half the time.
 */
export async function synthesize(
  stage: string,
  bundling: 'bundled' | 'unbundled',
  settings: Record<string, string> = {},
): Promise<Graph> {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-graph-'));
  const file = join(folder, 'graph.json');
  // The tests must not depend on this machine's deployment settings.
  const own = ['AWS_REGION', ...Object.keys(SETTINGS)];
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.includes(name)));
  try {
    const main = join(import.meta.dirname, 'synth', 'main.ts');
    await run(process.execPath, ['--disable-warning=ExperimentalWarning', main, stage, file, bundling], {
      env: { ...environment, ...settings },
    });
    return new Graph(stage, JSON.parse(readFileSync(file, 'utf8')) as Synthesized);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
