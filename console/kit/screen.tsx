import { signal } from '@preact/signals';
import { type ComponentChildren, createContext } from 'preact';
import { useContext, useId, useLayoutEffect, useRef } from 'preact/hooks';
import { isMissing, session, wordsOf } from './hub.ts';
import { type Live, lookAgain } from './live.ts';
import { hrefOf, place, restoreScroll } from './place.ts';
import { Button, show } from './text.tsx';
import { Time } from './time.tsx';

/** Whether the screen waits for its first answer. */
export const isBusy = signal(true);

interface Props {
  title: string;
  /** What it shows: its problem, and lines in its place until it was read. */
  of?: Live<unknown>;
  busy?: boolean;
  /** Buttons beside the heading. */
  actions?: ComponentChildren;
  children?: ComponentChildren;
}

/** A screen: its heading, which is also the document's title and takes the focus when a link led here. */
export function Screen({ title, of, actions, children, ...props }: Props) {
  const isFirst = of !== undefined && !of.value && !of.error;
  const busy = props.busy || isFirst;
  const heading = useRef<HTMLHeadingElement>(null);
  // All in the moment in which it shows: whoever types at once types into this screen.
  useLayoutEffect(() => {
    document.title = `${title} · Longshore`;
  }, [title]);
  useLayoutEffect(() => {
    if (place.value.isFollowed) heading.current?.focus({ preventScroll: true });
  }, [place.value]);
  useLayoutEffect(() => {
    isBusy.value = busy;
    if (!busy) restoreScroll();
  }, [busy, place.value]);
  return (
    <>
      <header class="head">
        <h1 ref={heading} tabIndex={-1}>
          {show(title)}
        </h1>
        {actions && <div class="actions">{actions}</div>}
      </header>
      {of && <Problem of={of} />}
      <Told value={Boolean(of?.error)}>{isFirst ? <Skeleton /> : children}</Told>
    </>
  );
}

const told = createContext(false);
/** Of a hub that fails a screen tells once: its parts do not repeat it. */
export const Told = told.Provider;

/** What could not be read, what stands there meanwhile, and the way to try again. */
export function Problem({ of: { error, value, at } }: { of: Omit<Live<unknown>, 'reload'> }) {
  if (useContext(told) || !error) return null;
  return (
    <div class="problem">
      <p role="alert">{show(wordsOf(error))}</p>
      {value !== undefined && (
        <p class="muted">
          Shown as of <Time at={at} seconds />.
        </p>
      )}
      <Button onClick={lookAgain}>Try again</Button>
    </div>
  );
}

/** Lines of the size of what is to come, so that nothing moves when it does. */
export const Skeleton = ({ lines = 6 }: { lines?: number }) => (
  <div class="skeleton" aria-hidden="true">
    {Array.from({ length: lines }, (_, line) => (
      <span key={line} />
    ))}
  </div>
);

interface OneProps<T> {
  title: string;
  /** What it is, in a word. */
  noun: string;
  of: Live<T>;
  actions?: (value: T) => ComponentChildren;
  children: (value: T) => ComponentChildren;
}

/** A screen of one thing of a list; where there is none, the way back. */
export function OneScreen<T>({ title, noun, of, actions, children }: OneProps<T>) {
  const { value, error } = of;
  if (isMissing(error))
    return <Missing says={`There is no such ${noun}.`} back={/^\/\w+/.exec(place.value.path)?.[0] ?? '/'} />;
  return (
    <Screen title={title} of={of} actions={value && actions?.(value)}>
      {value && children(value)}
    </Screen>
  );
}

/** Nothing is at this address, and the way back. */
export const Missing = ({ says, back }: { says: string; back: string }) => (
  <Screen title="Not found">
    <p>{says}</p>
    <p>
      <a href={hrefOf(back)}>{back === '/' ? 'What waits for you' : 'Back to the list'}</a>
    </p>
  </Screen>
);

const MAY: Readonly<Record<string, string>> = {
  'orders:read': 'read orders',
  'fulfillments:write': 'post fulfillments',
  'changes:read': 'read changes',
  privacy: 'export and erase buyers',
};

/** What the signed-in key may do, where that is less than what would stand here. */
export function MayOnly() {
  const { key = '', scopes = [] } = session.value ?? {};
  return (
    <p>
      The key {key} may {scopes.map((scope) => MAY[scope] ?? scope).join(' and ')} only.
    </p>
  );
}

interface RegionProps {
  title: string;
  children: ComponentChildren;
  actions?: ComponentChildren;
}

/** A part of a screen with a name. */
export function Region({ title, children, actions }: RegionProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} class="region">
      <header>
        <h2 id={id}>{title}</h2>
        {actions && <div class="actions">{actions}</div>}
      </header>
      {children}
    </section>
  );
}

/** Facts with their names; those that are not so are left out. */
export const Facts = ({ of }: { of: Readonly<Record<string, ComponentChildren>> }) => (
  <dl class="facts">
    {Object.entries(of).map(
      ([name, value]) =>
        value !== undefined &&
        value !== null &&
        value !== false && (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{show(value)}</dd>
          </div>
        ),
    )}
  </dl>
);
