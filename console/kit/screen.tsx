import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { session, wordsOf } from './hub.ts';
import type { Live } from './live.ts';
import { place, restoreScroll } from './place.ts';
import { timeText } from './text.tsx';

/** Whether the screen waits for its first answer. */
export const isBusy = signal(false);
/** What changed by itself, for who does not see it. */
export const announced = signal('');
export const announce = (text: string): void => {
  announced.value = text;
};

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
  useEffect(() => {
    document.title = `${title} · Longshore`;
  }, [title]);
  useEffect(() => {
    if (place.value.isFollowed) heading.current?.focus({ preventScroll: true });
  }, []);
  useEffect(() => {
    isBusy.value = busy;
    if (!busy) restoreScroll();
  }, [busy, place.value]);
  return (
    <>
      <header class="head">
        <h1 ref={heading} tabIndex={-1}>
          <bdi>{title}</bdi>
        </h1>
        {actions && <div class="actions">{actions}</div>}
      </header>
      {of && <Problem of={of} />}
      {isFirst && <Skeleton />}
      {children}
    </>
  );
}

/** What could not be read, what stands there meanwhile, and the way to try again. */
export function Problem({
  of: { error, value, at, reload },
}: {
  of: Omit<Live<unknown>, 'value'> & { value?: unknown };
}) {
  if (!error) return null;
  return (
    <div class="problem">
      <p role="alert">
        <bdi>{wordsOf(error)}</bdi>
      </p>
      {value !== undefined && <p class="muted">Shown as of {timeText(at, { seconds: true })}.</p>}
      <button type="button" onClick={() => void reload()}>
        Try again
      </button>
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

/** What the signed-in key may not see. */
export const MayNot = ({ title }: { title: string }) => (
  <Screen title={title}>
    <p>{mayOnly()}</p>
  </Screen>
);

export function mayOnly(): string {
  const { key = '', scopes = [] } = session.value ?? {};
  const may: Record<string, string> = {
    'orders:read': 'read orders',
    'fulfillments:write': 'post fulfillments',
    'changes:read': 'read changes',
    privacy: 'export and erase buyers',
  };
  return `The key ${key} may ${scopes.map((scope) => may[scope] ?? scope).join(' and ')} only.`;
}

/** A part of a screen with a name. */
export function Region({
  title,
  children,
  actions,
}: {
  title: string;
  children: ComponentChildren;
  actions?: ComponentChildren;
}) {
  const id = `region-${title.toLowerCase().replaceAll(/\W+/g, '-')}`;
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

/** Facts with their names. */
export const Facts = ({
  children,
}: {
  children: Array<readonly [string, ComponentChildren] | false | null | undefined>;
}) => (
  <dl class="facts">
    {children.map(
      (fact) =>
        fact && (
          <div key={fact[0]}>
            <dt>{fact[0]}</dt>
            <dd>{fact[1]}</dd>
          </div>
        ),
    )}
  </dl>
);
