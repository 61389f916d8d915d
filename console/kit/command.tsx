import { useState } from 'preact/hooks';
import { Button } from './text.tsx';

/** What a view or an action is on the command line and as a call. */
export const AsCommand = ({ lines }: { lines: readonly string[] }) => (
  <details class="command">
    <summary>As a command</summary>
    {lines.map((line) => (
      <Raw key={line} of={line} />
    ))}
  </details>
);

/** Text as it came, or a value as JSON, to be copied. */
export function Raw({ of }: { of: unknown }) {
  const text = typeof of === 'string' ? of : JSON.stringify(of, null, 2);
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  };
  return (
    <div class="body">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is within the keyboard's reach */}
      <pre tabIndex={0}>
        <bdi>{text}</bdi>
      </pre>
      <Button onClick={() => void copy()}>{isCopied ? 'Copied' : 'Copy'}</Button>
    </div>
  );
}
