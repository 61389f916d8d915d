import type { ComponentChildren, ComponentType } from 'preact';
import { useErrorBoundary, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { closeDialog, Dialog, OpenDialog, openDialog } from './kit/dialog.tsx';
import { ActButton } from './kit/form.tsx';
import { ask, forgetAll, leave, may, session, wordsOf } from './kit/hub.ts';
import { moveFocus, useKeys } from './kit/keyboard.ts';
import { go, hrefOf, place } from './kit/place.ts';
import { Facts, isBusy, MayOnly, NoSuch, Screen } from './kit/screen.tsx';
import { Alert, Button, zone } from './kit/text.tsx';
import { Audit } from './screens/audit.tsx';
import { Changes } from './screens/changes.tsx';
import { Connection, Connections } from './screens/connections.tsx';
import { Deliveries, Delivery } from './screens/deliveries.tsx';
import { Event, Events } from './screens/events.tsx';
import { Home } from './screens/home.tsx';
import { Order } from './screens/order.tsx';
import { Orders } from './screens/orders.tsx';
import { Quarantine } from './screens/quarantine.tsx';
import { Replay, Replays } from './screens/replay.tsx';
import { Search, searchFor } from './screens/search.tsx';
import { SignIn } from './screens/sign-in.tsx';

interface Entry {
  title: string;
  /** Its heading, if that differs. */
  heading?: string;
  path: string;
  /** The scope that a key needs to see it. */
  scope?: 'ops' | 'orders:read' | 'changes:read';
  /** The letter that leads there after `g`. */
  key?: string;
  list: ComponentType;
  one?: ComponentType<{ id: string }>;
}

const SCREENS: readonly Entry[] = [
  { title: 'Home', heading: 'What waits for you', path: '/', key: 'h', list: Home },
  { title: 'Orders', path: '/orders', scope: 'orders:read', key: 'o', list: Orders, one: Order },
  { title: 'Deliveries', path: '/deliveries', scope: 'ops', key: 'd', list: Deliveries, one: Delivery },
  { title: 'Replays', path: '/replays', scope: 'ops', list: Replays, one: Replay },
  { title: 'Events', path: '/events', scope: 'ops', key: 'e', list: Events, one: Event },
  { title: 'Quarantine', path: '/quarantine', scope: 'ops', list: Quarantine },
  { title: 'Connections', path: '/connections', scope: 'ops', key: 'c', list: Connections, one: Connection },
  { title: 'Changes', path: '/changes', scope: 'changes:read', list: Changes },
  { title: 'Audit', path: '/audit', scope: 'ops', key: 'a', list: Audit },
];

const CHORDS = SCREENS.filter(({ key }) => key);
const SEARCH: Entry = { title: 'Search', path: '/search', scope: 'orders:read', list: Search };

function Shown({ of, id }: { of: Entry | undefined; id: string | undefined }) {
  if (of?.scope && !may(of.scope))
    return (
      <Screen title={of.title}>
        <MayOnly />
      </Screen>
    );
  if (of && id === undefined) return <of.list />;
  return of?.one && id ? <of.one id={decoded(id)} /> : <NoSuch noun="page" back="/" />;
}

/** An answer that is not as expected is shown as a failure, and blanks only its own screen. */
function Guarded({ title, children }: { title: string; children: ComponentChildren }) {
  const [failure, reset] = useErrorBoundary();
  if (!failure) return <>{children}</>;
  const again = () => {
    forgetAll();
    reset();
  };
  return (
    <Screen title={title}>
      <Alert>{wordsOf(failure)}</Alert>
      <Button says="Try again" onClick={again} />
    </Screen>
  );
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

/** The console: the sign-in screen, or all the others. */
export const Console = () => (session.value ? <Shell /> : <SignIn />);

function Shell() {
  const [isMenuOpen, setMenuOpen] = useState(false);
  const search = useRef<HTMLInputElement>(null);
  const { path } = place.value;
  const [, noun = '', id] = /^(\/[^/]*)(?:\/(.+))?\/?$/.exec(path) ?? [];
  const of = [...SCREENS, SEARCH].find((screen) => screen.path === noun);
  useLayoutEffect(() => setMenuOpen(false), [place.value]);
  const closeMenu = () => {
    setMenuOpen(false);
    document.querySelector<HTMLElement>('.menu')?.focus();
  };
  useKeys({
    '/': () => search.current?.focus(),
    '?': () => openDialog(<Shortcuts />),
    Escape: () => isMenuOpen && closeMenu(),
    j: () => moveFocus(1),
    k: () => moveFocus(-1),
    ...Object.fromEntries(CHORDS.map(({ key, path: to }) => [`g ${key}`, () => go(hrefOf(to))])),
  });
  const signOut = async () => {
    const failed = await ask('delete', '/session').then(() => '', wordsOf);
    leave(failed && `The hub did not end your session: ${failed}`);
  };
  return (
    <>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <header class="banner">
        <Button says="Menu" class="menu" aria-expanded={isMenuOpen} onClick={() => setMenuOpen(!isMenuOpen)} />
        <a class="brand" href={hrefOf('/')}>
          Longshore
        </a>
        <search>
          <form onSubmit={() => searchFor(search.current?.value ?? '')}>
            <input
              ref={search}
              type="search"
              aria-label="Search"
              placeholder="Order, tracking number, SKU, e-mail …"
              autocomplete="off"
              spellcheck={false}
              onKeyDown={({ key, currentTarget }) => key === 'Escape' && currentTarget.blur()}
            />
            <kbd>/</kbd>
          </form>
        </search>
        <div role="radiogroup" aria-label="Times" class="times">
          {(['UTC', 'Local'] as const).map((each) => (
            <label key={each}>
              <input type="radio" name="times" checked={zone.value === each} onChange={() => (zone.value = each)} />
              {each}
            </label>
          ))}
        </div>
        <span class="who" title={`Signed in with the API key ${session.value?.key}`}>
          key <bdi>{session.value?.key}</bdi>
        </span>
        <ActButton says="Sign out" act={signOut} />
      </header>
      <nav aria-label="Console" class={isMenuOpen ? 'open' : ''}>
        {SCREENS.map(({ title, path: to }) => (
          <a key={to} href={hrefOf(to)} aria-current={of?.path === to ? 'page' : undefined}>
            {title}
          </a>
        ))}
      </nav>
      <main id="main" tabIndex={-1} aria-busy={isBusy.value} key={`${session.value?.key} ${path}`}>
        <Guarded title={of?.heading ?? of?.title ?? 'Longshore'}>
          <Shown {...{ of, id }} />
        </Guarded>
      </main>
      <OpenDialog />
    </>
  );
}

const KEYS = {
  '/': 'Search',
  j: 'Next row',
  k: 'Previous row',
  Enter: 'Open',
  r: 'Replay what is focused or open',
  c: 'Close what is focused or open',
  Escape: 'Leave',
  ...Object.fromEntries(CHORDS.map(({ title, key }) => [`g ${key}`, title])),
  '?': 'This list',
};

const Shortcuts = () => (
  <Dialog title="Keyboard shortcuts">
    <Facts of={KEYS} />
    <footer>
      <Button says="Close" onClick={closeDialog} />
    </footer>
  </Dialog>
);
