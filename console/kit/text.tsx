import type { ComponentChildren, ComponentProps } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { focusHeading, hrefOf, pathOf } from './place.ts';
import { cureOf, nameOr } from './words.ts';

export type ButtonProps = ComponentProps<'button'>;

export function Button(props: ButtonProps) {
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    const { current } = button;
    // The focus of a button that goes by what it did would be lost.
    return () => (document.activeElement === current ? focusHeading() : undefined);
  }, []);
  return <button ref={button} type="button" {...props} />;
}

/** An id or code, cut in its middle where there is no room; copied whole. */
export function Id({ children }: { children: string }) {
  const tail = children.length > 14 ? 8 : 0;
  return (
    <bdi class="id" title={children}>
      <span>{children.slice(0, children.length - tail)}</span>
      {tail > 0 && <span>{children.slice(-tail)}</span>}
    </bdi>
  );
}

/** The way to one of a list (`/orders`), by its id where nothing else is said; nothing where there is none. */
export function LinkTo({ list, id, children }: { list: string; id: string | null; children?: ComponentChildren }) {
  if (id === null) return <None />;
  const text = typeof children === 'string' ? nameOr(id, children) : children;
  if (text && text !== id) return <a href={hrefOf(pathOf(list, id))}>{show(text)}</a>;
  // The two parts of a cut id are read as two words: the link is called by the whole.
  return (
    <a href={hrefOf(pathOf(list, id))} aria-label={id}>
      {/* A connection's id is the name that a person gave it. */}
      {list === '/connections' ? <bdi>{id}</bdi> : <Id>{id}</Id>}
    </a>
  );
}

export const None = () => <span class="none">–</span>;

/** Text that came from outside: never markup, and never turning around what stands beside it. */
export function Outside({ children }: { children: string | null | undefined }) {
  if (!children) return <None />;
  return <bdi title={children.length > 30 ? children : undefined}>{children}</bdi>;
}

/** What stands in a cell or beside a name: any text may be from outside, and what is not there is a dash. */
export const show = (value: ComponentChildren): ComponentChildren =>
  typeof value === 'string' ? <Outside>{value}</Outside> : (value ?? <None />);

/** A paragraph of such text; nothing where there is none. */
export const Words = ({ children, ...props }: ComponentProps<'p'> & { children: string | null | undefined }) =>
  children ? <p {...props}>{show(children)}</p> : null;

/** What failed; nothing while nothing did. */
export const Alert = ({ children }: { children: string | undefined }) => (
  <Words role="alert" class="alert">
    {children}
  </Words>
);

interface Stopped {
  state: string;
  cause: { code: string } | null;
}

/** What makes it well, in a sentence: by itself what its cause asks for. */
export const Cure = ({ of, children }: { of?: Stopped; children?: ComponentChildren }) => (
  <p class="cure">
    <span>What heals it:</span> {children ?? cureOf(of?.cause?.code ?? '', of?.state ?? '')}
  </p>
);

export const Code = ({ children }: { children: string }) => <code>{show(children)}</code>;

/** A link to somewhere else, where it is one; else its words alone. */
export function ForeignLink({ href, children }: { href: string | null | undefined; children: ComponentChildren }) {
  const url = href && URL.canParse(href) ? new URL(href) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.origin === location.origin) return <>{show(children)}</>;
  return (
    <a href={url.href} target="_blank" rel="noopener noreferrer">
      {show(children)}
    </a>
  );
}

const MEANINGS = [
  ['needs', '▲', /^(blocked|unreadable|late|paused)$/],
  ['gave-up', '✕', /^(relapsed|interrupted|dead|failed|refused)$/],
  ['done', '●', /^(succeeded|fulfilled|finished|applied|well)$/],
  ['plain', '○', /./],
] as const;

/** A state by its word, a shape and a color; `as` is the state that the word means. */
export function State({ children, as = children }: { children: string; as?: string }) {
  const [meaning, shape] = MEANINGS.find(([, , states]) => states.test(as)) ?? [];
  return (
    <span class={`state ${meaning}`}>
      <span aria-hidden="true">{shape}</span> {children}
    </span>
  );
}
