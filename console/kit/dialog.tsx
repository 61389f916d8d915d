import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { wordsOf } from './hub.ts';
import { Alert } from './text.tsx';

interface Props {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}

let count = 0;

/** A modal dialog: the platform's own, which keeps the focus and gives it back. */
export function Dialog({ title, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [id] = useState(() => `dialog-${++count}`);
  // Before the next key can come: Escape is this dialog's from its first moment.
  useLayoutEffect(() => {
    const { current } = dialog;
    const opener = document.activeElement;
    current?.showModal();
    return () => {
      current?.close();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}

/** Does something once, however often it is asked; says what failed. */
export function useAct(act: () => Promise<void>) {
  const [error, setError] = useState<string>();
  const [isDoing, setDoing] = useState(false);
  const latch = useRef(false);
  const run = async () => {
    if (latch.current) return;
    latch.current = true;
    setDoing(true);
    setError(undefined);
    try {
      await act();
    } catch (failure) {
      setError(wordsOf(failure));
    }
    latch.current = false;
    setDoing(false);
  };
  return { run, isDoing, error };
}

interface FormProps {
  title: string;
  /** What its one button says. */
  verb: string;
  onClose: () => void;
  act: () => Promise<void>;
  isReady?: boolean;
  children: ComponentChildren;
  /** A button for what comes before. */
  before?: ComponentChildren;
  after?: ComponentChildren;
}

/** A dialog that does one thing. */
export function ActDialog({ title, verb, onClose, act, isReady = true, children, before, after }: FormProps) {
  const { run, isDoing, error } = useAct(act);
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) void run();
        }}
      >
        {children}
        <Alert>{error}</Alert>
        <footer>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          {before}
          <button type="submit" class="primary" disabled={!isReady || isDoing}>
            {verb}
          </button>
        </footer>
      </form>
      {after}
    </Dialog>
  );
}

interface FieldProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  hint?: ComponentChildren;
  required?: boolean;
  isNumber?: boolean;
  multiline?: boolean;
  maxLength?: number;
}

export function Field({
  label,
  value,
  onInput,
  hint,
  required = false,
  isNumber = false,
  multiline = false,
  maxLength = 500,
}: FieldProps) {
  const id = `field-${label.toLowerCase().replaceAll(/\W+/g, '-')}`;
  const hintId = hint ? `${id}-hint` : undefined;
  const shared = { id, value, required, maxLength, 'aria-describedby': hintId, autocomplete: 'off' } as const;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {multiline ? (
        <textarea
          {...shared}
          rows={8}
          spellcheck={false}
          onInput={({ currentTarget }) => onInput(currentTarget.value)}
        />
      ) : (
        <input
          {...shared}
          inputMode={isNumber ? 'numeric' : undefined}
          onInput={({ currentTarget }) => onInput(currentTarget.value)}
        />
      )}
      {hint && (
        <span id={hintId} class="muted">
          {hint}
        </span>
      )}
    </div>
  );
}
