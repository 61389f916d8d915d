#!/usr/bin/env node
// How long a phone-class processor (four times throttled) takes from asking for Home until it can be used, beside a page
// of the same view library that shows one word.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import { launchBrowser, PHONE, signedIn, startShownHub } from '../../test/browser/browser.ts';
import { median } from '../report.ts';

const RUNS = 9;
const SLOWER = 4;
const EMPTY = `import { render, h } from 'preact';
render(h('main', { 'aria-busy': 'false' }, 'empty'), document.body);`;

async function serveEmptyPage(): Promise<string> {
  const stdin = { contents: EMPTY, resolveDir: import.meta.dirname };
  const { outputFiles } = await build({ stdin, bundle: true, minify: true, format: 'esm', write: false });
  const server = createServer(({ url }, answer) =>
    url === '/empty.js'
      ? answer.setHeader('content-type', 'text/javascript').end(outputFiles[0]?.text)
      : answer
          .setHeader('content-type', 'text/html')
          .end('<!doctype html><script type="module" src="empty.js"></script>'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const [hub, browser, empty] = await Promise.all([startShownHub(), launchBrowser(), serveEmptyPage()]);
const page = await signedIn(browser, hub, PHONE);
const session = await page.context().newCDPSession(page);
await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });

async function millisecondsTo(url: string): Promise<number> {
  const began = performance.now();
  await page.goto(url, { waitUntil: 'commit' });
  await page.locator('main[aria-busy="false"]').waitFor();
  return performance.now() - began;
}

for (const [name, url, isCached] of [
  ['an empty page', empty, false],
  ['Home, first visit', `${hub.url}/console/`, false],
  ['Home, again', `${hub.url}/console/`, true],
] as const) {
  await session.send('Network.setCacheDisabled', { cacheDisabled: !isCached });
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) times.push(await millisecondsTo(url));
  console.log(`${name.padEnd(20)} ${Math.round(median(times))} ms (${Math.round(Math.min(...times))} at best)`);
}
await browser.close();
await hub.stop();
process.exit(0);
