#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// EPIPE: a reader such as `head` has closed the pipe, which is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  console.error(`longshore: cannot write what was asked for: ${error.message}`);
  process.exit(1);
});

// Node caches compiled code: a command then starts in a third of the time.
enableCompileCache(process.env.NODE_COMPILE_CACHE ?? join(import.meta.dirname, '../node_modules/.cache/longshore'));
const { main } = await import('./main.ts');
await main(process.argv.slice(2));
