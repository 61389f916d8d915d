#!/usr/bin/env node
// Takes a picture of each screen: desktop in light and dark, phone. Those that pages show are copied to docs/.
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/hub.ts';
import { DESK, launchBrowser, open, PHONE, screensOf, signedIn, startShownHub } from './browser.ts';

const OUT = process.argv[2] ?? '.longshore/screens';
const VIEWS = {
  'desk-light': { ...DESK, colorScheme: 'light' },
  'desk-dark': { ...DESK, colorScheme: 'dark' },
  phone: { ...PHONE, colorScheme: 'light', deviceScaleFactor: 2 },
} as const;
const SHOWN = { 'home-desk-light': 'home', 'order-desk-dark': 'order', 'home-phone': 'phone' };

if (OUT.startsWith('-')) {
  console.log('npm run screens [-- FOLDER]: writes a picture of each screen to FOLDER (.longshore/screens)');
  process.exit(OUT === '--help' ? 0 : 2);
}
mkdirSync(OUT, { recursive: true });
const [hub, browser] = await Promise.all([startShownHub(), launchBrowser()]);
await hub.send('POST', '/deliveries/replay', {
  ...{ filter: { state: 'dead' }, canary: true, reason: 'they say it is served now' },
});
await eventually(async () => {
  const { replays } = await hub.get<{ replays: Array<{ state: string }> }>('/replays');
  return replays[0]?.state === 'relapsed';
}, 'a replay that met the same refusal');
const screens = await screensOf(hub);
for (const [view, options] of Object.entries(VIEWS)) {
  const page = await signedIn(browser, hub, options);
  for (const [name, path] of Object.entries(screens)) {
    await open(page, hub, path);
    await page.waitForLoadState('networkidle');
    await page.screenshot({ path: join(OUT, `${name}-${view}.png`) });
  }
  await page.context().close();
}
for (const [picture, name] of Object.entries(SHOWN))
  copyFileSync(join(OUT, `${picture}.png`), `docs/console-${name}.png`);
console.log(`${Object.keys(screens).length * Object.keys(VIEWS).length} pictures in ${OUT}; three of them in docs/`);
await browser.close();
await hub.stop();
process.exit(0);
