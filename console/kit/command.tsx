import { useState } from 'preact/hooks';
import { Button } from './text.tsx';

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

/** Text as it came, or a value as JSON. */
export const Raw = ({ of }: { of: unknown }) => {
  const text = typeof of === 'string' ? of : JSON.stringify(of, null, 2);
  return (
    <div class="body">
      <Copy text={text} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is within the keyboard's reach */}
      <pre tabIndex={0}>
        <bdi>{text}</bdi>
      </pre>
    </div>
  );
};
