import { flushCompileCache } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { askNearby } from '../aws/nearby.ts';
import { logToFile } from '../log-file.ts';
import { runBackground, type WorkerOptions } from './background.ts';

const options = workerData as WorkerOptions;
logToFile(options.logFile);
askNearby(options.emulators.port, options.emulators.endpoints);
const background = await runBackground(options);
parentPort?.once('message', () => void background.stop().finally(() => process.exit()));
flushCompileCache();
parentPort?.postMessage('running');
