import { useState } from 'preact/hooks';
import { Button } from './text.tsx';

export { curl, longshore, quote, reading } from './command-line.ts';

/** What a view or an action is on the command line and as a call. */
export const AsCommand = ({ lines }: { lines: readonly string[] }) => (
  <details class="command">
    <summary>As a command</summary>
    {lines.map((line) => (
      <div key={line}>
        <pre>{line}</pre>
        <Copy text={line} />
      </div>
    ))}
  </details>
);

function Copy({ text }: { text: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  };
  return <Button onClick={() => void copy()}>{isCopied ? 'Copied' : 'Copy'}</Button>;
}

/** Text as it came. */
export const Raw = ({ children }: { children: string }) => (
  <div class="body">
    <Copy text={children} />
    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is within the keyboard's reach */}
    <pre tabIndex={0}>
      <bdi>{children}</bdi>
    </pre>
  </div>
);
