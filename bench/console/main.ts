#!/usr/bin/env node
// How long a phone-class processor (throttled to a quarter) takes from requesting Home until it can be used, compared
// with
// a page of the same view library that shows one word.
import { build } from 'esbuild';
import { serveLoopback } from '#sandbox/loopback';
import { launchBrowser, PHONE, signedIn, startShownHub } from '../../test/browser/browser.ts';
import { readOptions } from '../options.ts';
import { percentile, table } from '../report.ts';

const { runs } = readOptions('bench:console', { runs: ['N', 'loads of each view', 16] });

/** The middle of the faster quarter. */
const FASTER_QUARTER = 1 / 8;
const SLOWER = 4;
const EMPTY = `import { render, h } from 'preact';
render(h('main', {}, 'empty'), document.body);`;

async function serveEmptyPage(): Promise<string> {
  const stdin = { contents: EMPTY, resolveDir: import.meta.dirname };
  const { outputFiles } = await build({ stdin, bundle: true, minify: true, format: 'esm', write: false });
  const { url: page } = await serveLoopback(({ url }, answer) =>
    url === '/empty.js'
      ? answer.setHeader('content-type', 'text/javascript').end(outputFiles[0]?.text)
      : answer
          .setHeader('content-type', 'text/html')
          .end('<!doctype html><script type="module" src="empty.js"></script>'),
  );
  return `${page}/`;
}

const [hub, browser, empty] = await Promise.all([startShownHub(), launchBrowser(), serveEmptyPage()]);
const page = await signedIn(browser, hub, PHONE);
const session = await page.context().newCDPSession(page);
await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });

async function millisecondsTo(url: string, shown: string): Promise<number> {
  const began = performance.now();
  await page.goto(url, { waitUntil: 'commit' });
  await page.locator(shown).first().waitFor();
  const took = performance.now() - began;
  // Home's further requests must not disturb the next load.
  await page.waitForLoadState('networkidle');
  return took;
}

const home = `${hub.url}/console/`;
/** A button of a waiting group. */
const GROUP = 'main[aria-busy="false"] article button';
const VIEWS = [
  { name: 'an empty page', url: empty, shown: 'main', isCached: false, times: [] as number[] },
  { name: 'Home, first visit', url: home, shown: GROUP, isCached: false, times: [] as number[] },
  { name: 'Home, again', url: home, shown: GROUP, isCached: true, times: [] as number[] },
];
for (let run = 0; run < runs; run++)
  for (const { url, shown, isCached, times } of VIEWS) {
    await session.send('Network.setCacheDisabled', { cacheDisabled: !isCached });
    times.push(await millisecondsTo(url, shown));
  }
const ms = (times: readonly number[], share: number) => Math.round(percentile(times, share));
console.log(`Of ${runs} loads of each in turns; the faster quarter counts, as other work on the machine only adds.`);
console.log(
  table(
    ['view', 'ms', 'median'],
    VIEWS.map(({ name, times }) => [name, ms(times, FASTER_QUARTER), ms(times, 0.5)]),
  ),
);
await browser.close();
await hub.stop();
process.exit(0);
