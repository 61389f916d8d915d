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
  /** What it shows: its problem, and lines in its place until it was read. */
  of?: Live<unknown> | undefined;
  busy?: boolean;
  actions?: ComponentChildren;
  /** What else does on the command line what is done here. */
  commands?: readonly string[] | undefined;
  children?: ComponentChildren;
}

/** A screen: its heading, which is also the document's title and takes the focus when a link led here. */
export function Screen({ title, of, busy: isReading = false, actions, commands = [], children }: Props) {
  const isFirst = of !== undefined && !of.value && !of.error;
  const busy = isReading || isFirst;
  const lines = [...(of?.commands ?? []), ...commands];
  // All in the moment in which it shows: whoever types at once types into this screen.
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

interface RegionProps extends Omit<Props, 'busy' | 'commands'> {
  when?: boolean;
}

const Head = ({ of, actions }: { of: ComponentChildren; actions: ComponentChildren }) => (
  <header class="head">
    {of}
    {actions && <div class="actions">{actions}</div>}
  </header>
);

/** A part of a screen under a heading of its own, where there is something `when` to show. */
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
/** Of a hub that fails a screen tells once: its parts do not repeat it. */
export const Told = told.Provider;

/** What could not be read, what stands there meanwhile, the way to try again, and what else mends it. */
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

/** Lines of the size of what is to come, so that nothing moves when it does. */
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

/** A screen of one thing of a list; where there is none, the way back. */
export function OneScreen<T>({ actions, children, ...props }: OneProps<T>) {
  const { value, error } = props.of;
  if (isMissing(error)) return <NoSuch noun={props.title.toLowerCase()} />;
  return (
    <Screen {...props} actions={value && actions?.(value)}>
      {value && children(value)}
    </Screen>
  );
}

/** What has this address in a list is not there. */
export const NoSuch = ({ noun }: { noun: string }) => (
  <Missing says={`There is no such ${noun}.`} back={/^\/\w+/.exec(place.value.path)?.[0] ?? '/'} />
);

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

/** Facts with their names; those that are not so are left out. */
export const Facts = (props: { of: Readonly<Record<string, ComponentChildren>>; class?: string }) => (
  <dl class={`facts ${props.class ?? ''}`}>
    {Object.entries(props.of)
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

/** One beneath the other; nothing where there is none. */
export const Items = ({ of, label, class: kind = '' }: ItemsProps) =>
  of.length === 0 ? null : (
    <ul class={`items ${kind}`} aria-label={label}>
      {Object.entries(of).map(([index, each]) => (
        <li key={index}>{show(each)}</li>
      ))}
    </ul>
  );
