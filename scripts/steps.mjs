#!/usr/bin/env node
// Runs the given commands side by side and prints the output of each when it is done; then runs what follows `--`,
// whatever
// the results, so that one run shows everything to fix. Exits with the worst of their codes.
import { runAttached, runCaptured } from './child.mjs';

const args = process.argv.slice(2);
const cut = args.includes('--') ? args.indexOf('--') : args.length;
const beside = args.slice(0, cut);
const last = args.slice(cut + 1);
const began = Date.now();

const results = await Promise.all(beside.map(runBeside));
if (last.length > 0 && !results.some(({ signaled }) => signaled)) results.push(await runLast());
console.error('');
for (const { step, code, ended } of results) console.error(`${mark(code)} ${seconds(ended)}  ${step}`);
console.error(`  ${seconds(Date.now() - began)}  in all`);
process.exitCode = Math.max(...results.map(({ code }) => code));

async function runBeside(step) {
  const { code, signaled, output } = await runCaptured(...step.split(' '));
  console.error(`\n${mark(code)} ${step}\n${output.trimEnd()}`);
  return { step, code, signaled, ended: Date.now() - began };
}

async function runLast() {
  const step = last.join(' ');
  console.error(`\n▶ ${step}`);
  const { code } = await runAttached(...last);
  return { step, code, ended: Date.now() - began };
}

function mark(code) {
  return code === 0 ? '✔' : '✘';
}

function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1).padStart(6)} s`;
}
