import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { envName, type FunctionSpec, functions } from '#lib/topology';
import { awsEnvironment, startAws } from '#sandbox/aws/index';
import { serveLoopback } from '#sandbox/loopback';
import { startMarketplaces } from '#sandbox/marketplaces/start';
import type { Handler } from '#sandbox/runtime/handlers';
import { currentTrace, offerTraces } from '#sandbox/runtime/lineage';
import { bundle } from '../../bench/bundle.ts';
import { progress } from '../../bench/report.ts';
import { bundling } from '../../stacks/bundling.ts';
import { startReceiver } from '../support/receiver.ts';
import { createFunction, type LambdaFunction } from './lambda-function.ts';

export const API_KEY = 'key-of-the-proof';
const ROOT = join(import.meta.dirname, '../..');
const POLL_SECONDS = 3;
const PATIENCE_MS = 5_000;

/**
 * The hub on emulators and simulated marketplaces, with the local runtime's API gateway, queue triggers and clock.
 * Every function is its own process under AWS's runtime client: the deployed bundle, in a folder with nothing beside it
 * that it could import.
 */
export async function startHub(folder: string, client: string) {
  const { server, url, close } = await serveLoopback((_, response) => response.writeHead(503).end());
  progress('emulators');
  const aws = await startAws({ dataDir: join(folder, 'data'), fsync: false });
  const endpoints = awsEnvironment(aws);
  Object.assign(process.env, endpoints, { [envName.publicUrl]: url });
  const { provision } = await import('#sandbox/provision');
  const names = await provision();
  Object.assign(process.env, names);
  offerTraces();

  progress('bundles');
  const lambdas = await Promise.all(
    functions.map(async (spec) => {
      const own = join(folder, 'functions', spec.name);
      await bundle({ entryPoints: [join(ROOT, spec.handler.replace(/\.handler$/, '.ts'))] }, own, bundling);
      const environment = {
        ...endpoints,
        ...environmentOf(spec, { ...names, [envName.publicUrl]: url, [envName.apiUrl]: url }),
      };
      return createFunction({ spec, folder: own, client, environment });
    }),
  );
  progress('functions');
  const worked: Worked[] = [];
  // One after the other, as each start is measured on its own.
  for (const lambda of lambdas) worked.push({ lambda, initMs: await lambda.start(), events: 0, failed: 0 });
  const errors: Error[] = [];
  const handlers = new Map(worked.map((each) => [each.lambda.name, counting(each, errors)]));

  progress('marketplaces');
  const marketplaces = await startMarketplaces({ data: folder, hub: url, port: 0 });
  const receiver = await startReceiver();
  const { url: to } = receiver;
  const erp = { id: 'erp', url: to, secrets: { signingSecret: `whsec_${Buffer.alloc(32).toString('base64')}` } };
  await putConfiguration({ ...marketplaces.connections, endpoints: [erp, { id: 'agent', url: to, profile: 'ucp' }] });
  const { createApiGateway } = await import('#sandbox/runtime/http');
  const { consumeQueues } = await import('#sandbox/runtime/queues');
  const { runSchedules } = await import('#sandbox/runtime/schedules');
  const { consumeStreams } = await import('#sandbox/runtime/streams');
  server.removeAllListeners('request');
  server.on('request', createApiGateway(handlers, { publicUrl: url }));
  const followed = consumeStreams(handlers, { positionsFile: join(folder, 'stream-positions.json') });
  const parts = [consumeQueues(handlers), runSchedules(handlers, POLL_SECONDS), followed];
  return {
    url,
    marketplaces,
    worked,
    /** What the seller's endpoints received. */
    told: receiver.received,
    /** Errors of invocations: none is expected. */
    errors,
    async stop() {
      await close();
      for (const lambda of lambdas) lambda.stop();
      // A poller that waits for a marketplace's rate limit is not waited for.
      await Promise.race([
        Promise.all(parts.map((part) => part.stop())),
        sleep(PATIENCE_MS, undefined, { ref: false }),
      ]);
      await receiver.close();
      await marketplaces.stop();
      await aws.stop();
    },
  };
}

async function putConfiguration(file: unknown): Promise<void> {
  const { configure } = await import('#lib/marketplaces/configure');
  const { readConnections } = await import('#lib/marketplaces/read-connections');
  const { putApiKey } = await import('#lib/api/kit/keys');
  await configure(await readConnections(JSON.stringify(file)));
  await putApiKey(API_KEY, 'proof', ['ops']);
}

/** The environment variables that the function gets when it is deployed (stacks/environment.ts). */
function environmentOf({ grants }: FunctionSpec, all: Record<string, string>): Record<string, string> {
  const { table, only, api, send = [], measure = [], redrive = [], secrets = [] } = grants;
  const wanted = [
    ...(table || only ? [envName.table, envName.publicUrl] : []),
    ...(api ? [envName.apiUrl] : []),
    ...[...send, ...measure, ...redrive].map(envName.queueUrl),
    ...secrets.map(envName.secretId),
  ];
  const told = Object.fromEntries(wanted.map((name) => [name, all[name] ?? '']));
  return {
    ...told,
    [envName.metricNamespace]: 'Longshore/proof',
    ...(table && { RETRY_LIMIT: '3', RETRY_INTERVAL_SECONDS: '1', POLL_INTERVAL_SECONDS: String(POLL_SECONDS) }),
  };
}

/** A function and what it has done. */
export interface Worked {
  lambda: LambdaFunction;
  initMs: number;
  events: number;
  failed: number;
}

const counting =
  (worked: Worked, errors: Error[]): Handler =>
  async (event) => {
    worked.events += 1;
    try {
      return await worked.lambda.invoke(event, currentTrace() ?? '');
    } catch (error) {
      worked.failed += 1;
      errors.push(error as Error);
      throw error;
    }
  };
