#!/usr/bin/env node
// Runs each command it is given beside the others and prints what it said once it is done. What stands after `--` runs beside
// them and prints as it goes: then what went well is held back until all is done. Leaves with the worst of their exit codes.
import { runAttached, runCaptured } from './child.mjs';

const args = process.argv.slice(2);
const cut = args.includes('--') ? args.indexOf('--') : args.length;
const beside = args.slice(0, cut);
const foreground = args.slice(cut + 1);
const began = Date.now();

const later = [];
const results = await Promise.all([...beside.map(runBeside), ...(foreground.length > 0 ? [runForeground()] : [])]);
for (const output of later) console.error(output);
console.error('');
for (const { step, code, ended } of results) console.error(`${mark(code)} ${seconds(ended)}  ${step}`);
console.error(`  ${seconds(Date.now() - began)}  in all`);
process.exitCode = Math.max(...results.map(({ code }) => code));

async function runBeside(step) {
  const { code, output } = await runCaptured(...step.split(' '));
  const said = `\n${mark(code)} ${step}\n${output.trimEnd()}`;
  if (code === 0 && foreground.length > 0) later.push(said);
  else console.error(said);
  return { step, code, ended: Date.now() - began };
}

async function runForeground() {
  const step = foreground.join(' ');
  console.error(`\n▶ ${step}`);
  const { code } = await runAttached(...foreground);
  return { step, code, ended: Date.now() - began };
}

function mark(code) {
  return code === 0 ? '✔' : '✘';
}

function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1).padStart(6)} s`;
}
