import childProcess, { ChildProcess } from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { Server, Socket } from 'node:net';
import threads from 'node:worker_threads';
import { afterAll, vi } from 'vitest';

/** Makes a unit test that boots something fail: it is given a fake, or its file is named `.int.test.ts`. */
const refuse = (what: string) => {
  throw new Error(`a unit test ${what}`);
};

Object.assign(Server.prototype, { listen: () => refuse('listens on a port') });
Object.assign(Socket.prototype, { connect: () => refuse('connects to a port') });
Object.assign(ChildProcess.prototype, { spawn: () => refuse('starts a process') });
for (const name of ['spawnSync', 'execSync', 'execFileSync'] as const)
  Object.assign(childProcess, { [name]: () => refuse('starts a process') });
Object.assign(threads, {
  Worker: class {
    constructor() {
      refuse('starts a thread');
    }
  },
});
syncBuiltinESMExports();

// The next file finds these modules, and the clock, as this one leaves them.
afterAll(() => void vi.useRealTimers());
