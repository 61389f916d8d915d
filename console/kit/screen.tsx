import { signal } from '@preact/signals';
import { type ComponentChildren, createContext } from 'preact';
import { useContext, useId, useLayoutEffect } from 'preact/hooks';
import { isMissing, type Live, lookAgain, session, wordsOf } from './hub.ts';
import { focusHeading, hrefOf, place, restoreScroll } from './place.ts';
import { AsCommand, Button, show, Time } from './text.tsx';

/** Whether the screen waits for its first answer. */
export const isBusy = signal(true);

interface Props {
  title: string;
  /** What it shows: its problem, and placeholder lines until it is read. */
  of?: Live<unknown> | undefined;
  busy?: boolean;
  actions?: ComponentChildren;
  /** The commands that do the same as this screen. */
  commands?: readonly string[] | undefined;
  children?: ComponentChildren;
}

/** A screen. Its heading is also the document's title, and gets the focus if a link led here. */
export function Screen({ title, of, busy: isReading = false, actions, commands = [], children }: Props) {
  const isFirst = of !== undefined && !of.value && !of.error;
  const busy = isReading || isFirst;
  const lines = [...(of?.commands ?? []), ...commands];
  // In the layout effect, so that keys typed at once go to this screen.
  useLayoutEffect(() => {
    document.title = `${title} · Longshore`;
  }, [title]);
  useLayoutEffect(() => {
    if (place.value.isFollowed) focusHeading();
  }, [place.value]);
  useLayoutEffect(() => {
    isBusy.value = busy;
    if (!busy) restoreScroll();
  }, [busy, place.value]);
  return (
    <>
      <Head of={<h1 tabIndex={-1}>{show(title)}</h1>} actions={actions} />
      {of && <Problem of={of} />}
      <Told value={Boolean(of?.error)}>{isFirst ? <Skeleton /> : children}</Told>
      {!isFirst && lines.length > 0 && <AsCommand lines={lines} />}
    </>
  );
}

type RegionProps = Omit<Props, 'busy' | 'commands'> & { when?: boolean };

const Head = ({ of, actions }: { of: ComponentChildren; actions: ComponentChildren }) => (
  <header class="head">
    {of}
    {actions && <div class="actions">{actions}</div>}
  </header>
);

/** A section with its own heading, shown only `when` there is something in it. */
export function Region({ title, of, children, actions, when = true }: RegionProps) {
  const id = useId();
  if (!when) return null;
  return (
    <section aria-labelledby={id} class="region">
      <Head of={<h2 id={id}>{title}</h2>} actions={actions} />
      {of && <Problem of={of} />}
      {children}
    </section>
  );
}

const told = createContext(false);
/** Set where the screen itself says that the hub fails, so that its parts do not repeat it. */
export const Told = told.Provider;

/** What could not be read, the age of what is shown instead, a button to try again, and other remedies. */
export function Problem({ of: { error, value, at }, children }: { of: Live<unknown>; children?: ComponentChildren }) {
  if (useContext(told) || !error) return null;
  return (
    <div class="problem">
      <p role="alert">{show(wordsOf(error))}</p>
      {value !== undefined && (
        <p class="muted">
          Shown as of <Time at={at} seconds />.
        </p>
      )}
      <Button says="Try again" onClick={() => void lookAgain()} />
      {children}
    </div>
  );
}

/** Placeholder lines as high as the content, so that nothing moves when it arrives. */
export const Skeleton = ({ lines = 6 }: { lines?: number }) => (
  <div class="skeleton" aria-hidden="true">
    {Array.from({ length: lines }, (_, line) => (
      <span key={line} />
    ))}
  </div>
);

interface OneProps<T> extends Pick<Props, 'title' | 'commands'> {
  of: Live<T>;
  actions?: (value: T) => ComponentChildren;
  children: (value: T) => ComponentChildren;
}

/** The screen of one item of a list; if there is none, the way back. */
export function OneScreen<T>({ actions, children, ...props }: OneProps<T>) {
  const { value, error } = props.of;
  if (isMissing(error)) return <NoSuch noun={props.title.toLowerCase()} />;
  return (
    <Screen {...props} actions={value && actions?.(value)}>
      {value && children(value)}
    </Screen>
  );
}

/** Nothing is at this address; with the way back, by default to the list it would be in. */
export const NoSuch = ({
  noun,
  back = /^\/\w+/.exec(place.value.path)?.[0] ?? '/',
}: {
  noun: string;
  back?: string;
}) => (
  <Screen title="Not found">
    <p>There is no such {noun}.</p>
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

/** What the signed-in key may do, shown in place of what it may not see. */
export function MayOnly() {
  const { key = '', scopes = [] } = session.value ?? {};
  return (
    <p>
      The key {key} may {scopes.map((scope) => MAY[scope] ?? scope).join(' and ')} only.
    </p>
  );
}

/** Facts with their names; those without a value are left out. */
export const Facts = ({ of }: { of: Readonly<Record<string, ComponentChildren>> }) => (
  <dl class="facts">
    {Object.entries(of)
      .filter(([, value]) => value !== undefined && value !== null && value !== false)
      .map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{show(value)}</dd>
        </div>
      ))}
  </dl>
);

interface ItemsProps {
  of: readonly ComponentChildren[];
  label?: string;
  class?: string;
}

/** A list of items, one below the other; nothing if there are none. */
export const Items = ({ of, label, class: kind = '' }: ItemsProps) =>
  of.length === 0 ? null : (
    <ul class={`items ${kind}`} aria-label={label}>
      {Object.entries(of).map(([index, each]) => (
        <li key={index}>{show(each)}</li>
      ))}
    </ul>
  );
