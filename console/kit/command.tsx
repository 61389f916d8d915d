import { useState } from 'preact/hooks';

export { curl, longshore, quote } from './command-line.ts';

/** What a view or an action is on the command line and as a call. */
export function AsCommand({ lines }: { lines: ReadonlyArray<string | false> }) {
  return (
    <details class="command">
      <summary>As a command</summary>
      {lines.map((line) => line && <Line key={line} line={line} />)}
    </details>
  );
}

function Line({ line }: { line: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(line);
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  };
  return (
    <div>
      <pre>{line}</pre>
      <button type="button" onClick={() => void copy()}>
        {isCopied ? 'Copied' : 'Copy'}
      </button>
    </div>
  );
}
