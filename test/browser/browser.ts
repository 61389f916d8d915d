import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { API_KEY, eventually, type HubProcess, startHubProcess } from '../support/hub.ts';
import { type Received, startReceiver } from '../support/receiver.ts';

const TOOLS = join(import.meta.dirname, '..', '..', 'scripts', 'tools', 'package.json');

const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync', '--no-first-run'],
];

/** Chromium from its package; throws one clear line if it, or a system library, is missing. */
export async function launchBrowser(): Promise<Browser> {
  let packaged: { default: { executablePath(): Promise<string> } };
  try {
    packaged = await import(pathToFileURL(createRequire(TOOLS).resolve('@sparticuz/chromium')).href);
  } catch {
    throw new Error('the browser is not installed: npm test installs it, or npm ci --prefix scripts/tools');
  }
  try {
    return await chromium.launch({ executablePath: await packaged.default.executablePath(), args: FLAGS });
  } catch (error) {
    const [, library] = /error while loading shared libraries: (\S+):/.exec(String(error)) ?? [];
    throw library ? new Error(`Chromium needs a library of the system that is missing: ${library}`) : error;
  }
}

export const DESK = { viewport: { width: 1280, height: 800 } } as const;
export const PHONE = { viewport: { width: 390, height: 844 } } as const;

export interface ShownHub extends HubProcess {
  /** What its endpoint `erp-main` received. */
  received: Received[];
  /** Runs a command as an operator against the hub; returns its output. */
  longshore(...args: readonly string[]): Promise<string>;
}

/** A hub with its sandbox, the things broken on purpose to be looked at, and readers of its changes. */
export async function startShownHub(): Promise<ShownHub> {
  const hub = await startHubProcess({ args: ['--no-quiet'], env: { RETRY_INTERVAL_SECONDS: '1' } });
  const { received, url } = await startReceiver();
  const longshore = async (...args: readonly string[]) => {
    const line = ['cli/longshore.ts', ...args, '--outputs', join(hub.data, 'outputs.json')];
    return (
      await promisify(execFile)(process.execPath, line, { cwd: join(import.meta.dirname, '../..') })
    ).stdout.trim();
  };
  await Promise.all([
    hub.send('PUT', '/consumers/warehouse', { from: 'earliest' }),
    longshore('endpoints', 'add', 'erp-main', '--to', url),
    eventually(() => /signs in once/.test(hub.output()), 'the end of the story', 240_000),
  ]);
  await eventually(
    async () => {
      const { causes } = await hub.get<{ causes: unknown[] }>('/deliveries/causes');
      const { events } = await hub.get<{ events: unknown[] }>('/events?state=unreadable');
      const { quarantine } = await hub.get<{ quarantine: unknown[] }>('/quarantine');
      return causes.length >= 2 && events.length >= 1 && quarantine.length >= 1;
    },
    'what is broken on purpose',
    240_000,
  );
  return { ...hub, received, longshore };
}

/** A signed-in page in its own browser profile. */
export async function signedIn(
  browser: Browser,
  hub: HubProcess,
  options: BrowserContextOptions = DESK,
  key = API_KEY,
): Promise<Page> {
  const page = await (await browser.newContext(options)).newPage();
  await page.goto(`${hub.url}/console/sign-in`);
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('main[aria-busy]').waitFor();
  return page;
}

/** Makes the page read everything again at once, as when somebody comes back to it. */
export const look = (page: Page): Promise<unknown> =>
  page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");

/** Opens a screen of the console and waits for its first answer. */
export async function open(page: Page, hub: HubProcess, path: string): Promise<void> {
  await page.goto(`${hub.url}/console${path}`);
  await page.locator('main[aria-busy="false"]').waitFor();
}

/** Every screen by the name of its picture; ids are looked up. */
export async function screensOf(hub: HubProcess): Promise<Record<string, string>> {
  const [dead] = (await hub.get<{ deliveries: Array<{ id: string }> }>('/deliveries?state=dead')).deliveries;
  const [blocked] = (await hub.get<{ deliveries: Array<{ id: string; order: string }> }>('/deliveries?state=blocked'))
    .deliveries;
  const [event] = (await hub.get<{ events: Array<{ id: string }> }>('/events?state=unreadable')).events;
  const [replay] = (await hub.get<{ replays: Array<{ id: string }> }>('/replays')).replays;
  const { orders } = await hub.get<{ orders: Array<{ id: string; number: string }> }>('/orders');
  const told = orders.find(({ number }) => number === 'SC-1001');
  const order = (id: string | undefined) => `/orders/${encodeURIComponent(id ?? '')}`;
  return {
    ...{ home: '/', orders: '/orders', order: order(told?.id), 'order-blocked': order(blocked?.order) },
    ...{ deliveries: '/deliveries?state=dead', delivery: `/deliveries/${dead?.id}`, replays: '/replays' },
    ...(replay && { replay: `/replays/${replay.id}` }),
    ...{ events: '/events', event: `/events/${event?.id}`, quarantine: '/quarantine', connections: '/connections' },
    ...{ connection: '/connections/scopio-main', changes: '/changes', audit: '/audit', search: '/search' },
  };
}
