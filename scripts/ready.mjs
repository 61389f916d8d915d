#!/usr/bin/env node
// Runs before every npm script: installs what is missing; with `--stacks` also what stacks are checked against, with
// `--tools` a browser; with `--console` builds the console. Uses only syntax that every Node since 14 can read, so that
// an
// old Node gets a clear message, not a parse error.
const [major] = process.versions.node.split('.');

if (Number(major) < 20) {
  console.error(`longshore: needs Node 20 or newer to install itself; this is Node ${process.versions.node}.`);
  process.exitCode = 1;
} else {
  import('./packages.mjs')
    .then(({ ensurePackages }) => ensurePackages())
    .then(() => process.argv.includes('--tools') && import('./tools.mjs').then(({ ensureTools }) => ensureTools()))
    .then(
      () => process.argv.includes('--console') && import('./console.mjs').then(({ buildConsole }) => buildConsole()),
    )
    .then(() => process.argv.includes('--stacks') && import('./platform.mjs').then((stacks) => stacks.ensurePlatform()))
    .catch((error) => {
      console.error(`longshore: ${error.message}`);
      process.exitCode = 1;
    });
}
