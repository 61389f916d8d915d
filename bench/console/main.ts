#!/usr/bin/env node
// How long a phone-class processor (four times throttled) takes from asking for Home until it can be used, beside a page
// with nothing in it.
import type { Page } from 'playwright-core';
import { launchBrowser, PHONE, signedIn, startShownHub } from '../../test/browser/browser.ts';
import { median } from '../report.ts';

const RUNS = 9;
const SLOWER = 4;

async function millisecondsTo(page: Page, url: string): Promise<number> {
  const began = performance.now();
  await page.goto(url, { waitUntil: 'commit' });
  await page.locator('main[aria-busy="false"]').waitFor();
  return performance.now() - began;
}

const [hub, browser] = await Promise.all([startShownHub(), launchBrowser()]);
const page = await signedIn(browser, hub, PHONE);
const session = await page.context().newCDPSession(page);
await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
await page.route('**/empty', (route) =>
  route.fulfill({
    contentType: 'text/html',
    body: '<!doctype html><title>empty</title><main aria-busy="false">empty</main>',
  }),
);
for (const [name, path, isCached] of [
  ['an empty page', '/empty', true],
  ['Home, first visit', '/console/', false],
  ['Home, again', '/console/', true],
] as const) {
  await session.send('Network.setCacheDisabled', { cacheDisabled: !isCached });
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) times.push(await millisecondsTo(page, hub.url + path));
  console.log(`${name.padEnd(20)} ${Math.round(median(times))} ms`);
}
await browser.close();
await hub.stop();
process.exit(0);
