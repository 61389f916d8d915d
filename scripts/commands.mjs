import { runAttached } from './child.mjs';
import { ensurePackages } from './packages.mjs';
import { ensurePlatform } from './platform.mjs';

const BIOME = ['biome', 'check', '.'];
const TYPES = ['tsc', '--noEmit', '-p', 'tsconfig.json'];
const STACK_TYPES = ['tsc', '--noEmit', '-p', 'tsconfig.infra.json'];
const NODE = ['node', '--disable-warning=ExperimentalWarning'];

/** What each npm script does once everything is installed: its steps, and whether stacks take part in it. */
const commands = {
  start: { steps: (args) => [[...NODE, 'sandbox/start.ts', ...args]] },
  longshore: { steps: (args) => [[...NODE, 'cli/longshore.ts', ...args]] },
  prove: { steps: (args) => [[...NODE, 'test/prove/main.ts', ...args]] },
  'bench:ack': { steps: (args) => [[...NODE, 'bench/ack/main.ts', ...args]] },
  'bench:cost': { steps: (args) => [[...NODE, 'bench/cost/main.ts', ...args]] },
  'bench:cold': { steps: (args) => [[...NODE, 'bench/cold/main.ts', ...args]] },
  'bench:loop': { steps: (args) => [[...NODE, 'bench/loop/main.ts', ...args]] },
  'bench:scale': { steps: (args) => [[...NODE, 'bench/scale/main.ts', ...args]] },
  sbom: { steps: (args) => [['node', 'scripts/sbom.mjs', ...args]] },
  audit: { steps: (args) => [['node', 'scripts/audit.mjs', ...args]] },
  check: { stacks: true, timed: true, steps: () => [BIOME, TYPES, STACK_TYPES] },
  test: {
    stacks: true,
    timed: true,
    steps: (args) => [BIOME, TYPES, STACK_TYPES, ['vitest', 'run', ...args]],
  },
  'test:unit': { steps: (args) => [['vitest', 'run', '--project', 'unit', ...args]] },
};

/** Installs what is missing, runs the command's steps and leaves with the worst of their exit codes. */
export async function runCommand([name, ...args]) {
  const command = commands[name];
  if (!command) {
    console.error(`longshore: no command ${name ?? ''}; there are ${Object.keys(commands).join(', ')}.`);
    process.exitCode = 1;
    return;
  }
  try {
    await ensurePackages();
    if (command.stacks) await ensurePlatform();
  } catch (error) {
    console.error(`longshore: ${error.message}`);
    process.exitCode = 1;
    return;
  }
  process.exitCode = await runSteps(command.steps(args), command.timed);
}

/** Runs every step even when one fails, so that one run shows all there is to mend; a signal ends it at once. */
async function runSteps(steps, timed) {
  const results = [];
  const began = Date.now();
  for (const step of steps) {
    if (timed) console.error(`\n▶ ${step.join(' ')}`);
    const started = Date.now();
    const { code, signaled } = await runAttached(step[0], step.slice(1));
    results.push({ step, code, milliseconds: Date.now() - started });
    if (signaled) break;
  }
  if (timed) printTimes(results, Date.now() - began);
  return Math.max(...results.map(({ code }) => code));
}

function printTimes(results, total) {
  console.error('');
  for (const { step, code, milliseconds } of results)
    console.error(`${code === 0 ? '✔' : '✘'} ${seconds(milliseconds)}  ${step.join(' ')}`);
  console.error(`  ${seconds(total)}  in all`);
}

const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(1).padStart(6)} s`;
