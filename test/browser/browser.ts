import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { API_KEY, eventually, type HubProcess, startHubProcess } from '../support/hub.ts';

const TOOLS = join(import.meta.dirname, '..', '..', 'scripts', 'tools', 'package.json');

const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync', '--no-first-run'],
];

/** The Chromium of a package; one clear line where it is not there, or a library of the system is missing. */
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

/** A hub with its sandbox, and what it broke on purpose to look at. */
export async function startShownHub(): Promise<HubProcess> {
  const hub = await startHubProcess({ args: ['--no-quiet'], env: { RETRY_INTERVAL_SECONDS: '1' } });
  await eventually(() => /signs in once/.test(hub.output()), 'the end of the story', 240_000);
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
  return hub;
}

/** A page that is signed in, in a browser profile of its own. */
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

/** Opens a screen of the console and waits until it has its first answer. */
export async function open(page: Page, hub: HubProcess, path: string): Promise<void> {
  await page.goto(`${hub.url}/console${path}`);
  await page.locator('main[aria-busy="false"]').waitFor();
}

/** Every screen by the name of its picture; what has an id is looked up. */
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
