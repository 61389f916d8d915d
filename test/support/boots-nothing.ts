import childProcess, { ChildProcess } from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { Server, Socket } from 'node:net';
import threads from 'node:worker_threads';
import { afterAll, vi } from 'vitest';

/** Fails a unit test that boots something: it should use a fake, or its file be named `.int.test.ts`. */
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

// The next file shares these modules and the clock.
afterAll(() => void vi.useRealTimers());
