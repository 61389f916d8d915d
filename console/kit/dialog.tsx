import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { AsCommand, curl } from './command.tsx';
import { ask, wordsOf } from './hub.ts';
import { Alert, Button } from './text.tsx';

interface Props {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}

/** A modal dialog: the platform's own, which keeps the focus and gives it back. */
export function Dialog({ title, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Before the next key can come: Escape is this dialog's from its first moment.
  useLayoutEffect(() => {
    const { current } = dialog;
    const opener = document.activeElement;
    current?.showModal();
    const first = current?.querySelector<HTMLElement>('[aria-invalid]') ?? current?.querySelector('input, .primary');
    (first as HTMLElement | null)?.focus();
    return () => {
      current?.close();
      // What it was opened with may be gone by what was done.
      const to = opener?.isConnected && opener !== document.body ? opener : document.querySelector('h1');
      if (to instanceof HTMLElement) to.focus({ preventScroll: true });
    };
  }, []);
  const cancel = (event: Event) => {
    event.preventDefault();
    onClose();
  };
  return (
    <dialog ref={dialog} aria-labelledby={id} onCancel={cancel}>
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

/** What is masked, shown for as long as the page is; the hub keeps on record who looked. */
export function useReveal<T>(path: string) {
  const [revealed, setRevealed] = useState<T>();
  const act = useAct(async () => setRevealed(await ask('post', `${path}/reveal`)));
  const button = !revealed && <Button act={act}>Reveal</Button>;
  return { revealed, button, error: act.error, forget: () => setRevealed(undefined) };
}

interface FormProps extends Props {
  /** What its one button says, where that is not its title. */
  verb?: string;
  act: () => Promise<void>;
  isReady?: boolean;
  /** A button for what comes before. */
  before?: ComponentChildren;
  commands: readonly string[];
}

/** A dialog that does one thing. */
export function ActDialog(props: FormProps) {
  const { title, verb = title, onClose, act, isReady = true, children, before, commands } = props;
  const { run, isDoing, error } = useAct(act);
  const submit = (event: Event) => {
    event.preventDefault();
    if (isReady) void run();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={submit}>
        {children}
        <Alert>{error}</Alert>
        <footer>
          <Button onClick={onClose}>Cancel</Button>
          {before}
          <button type="submit" class="primary" disabled={!isReady || isDoing}>
            {verb}
          </button>
        </footer>
      </form>
      <AsCommand lines={commands} />
    </Dialog>
  );
}

interface ReasonProps<Answer> extends Props {
  /** Posted to, with the reason and what else its body holds. */
  path: string;
  body?: object;
  isReady?: boolean;
  isOptional?: boolean;
  /** Fields behind the reason. */
  more?: ComponentChildren;
  command: (reason: string) => string;
  onDone: (answer: Answer) => unknown;
}

/** A dialog that asks why, and does it. */
export function ReasonDialog<Answer>(props: ReasonProps<Answer>) {
  const { title, onClose, children, path, isReady = true, isOptional = false, more, command, onDone } = props;
  const [reason, setReason] = useState('');
  const why = reason.trim();
  const body = { ...props.body, ...(why && { reason: why }) };
  const act = async () => {
    await onDone(await ask<Answer>('post', path, { body }));
    onClose();
  };
  return (
    <ActDialog
      {...{ title, onClose, act }}
      isReady={isReady && (isOptional || why !== '')}
      commands={[command(why), curl('POST', path, { body })]}
    >
      {children}
      <Reason value={reason} onInput={setReason} required={!isOptional} />
      {more}
    </ActDialog>
  );
}

export const Reason = (props: Pick<FieldProps, 'value' | 'onInput' | 'required' | 'takesFocus'>) => (
  <Field {...props} label="Reason" hint="Kept on record beside your key’s name." />
);

interface FieldProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  hint?: string | undefined;
  required?: boolean;
  inputMode?: 'numeric';
  'aria-invalid'?: true;
  multiline?: boolean;
  maxLength?: number;
  /** Whether it is what comes next, in the moment in which it shows. */
  takesFocus?: boolean;
}

const takeFocus = (field: HTMLElement | null) => field?.focus();

export function Field(field: FieldProps) {
  const { label, onInput, hint, multiline = false, takesFocus = false, maxLength = 500, ...props } = field;
  const id = useId();
  const shared = {
    ...{ ...props, id, maxLength, autocomplete: 'off' as const, spellcheck: !multiline },
    ...(hint && { 'aria-describedby': `${id}-hint` }),
    ...(takesFocus && { ref: takeFocus }),
    onInput: (event: { currentTarget: { value: string } }) => onInput(event.currentTarget.value),
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {multiline ? <textarea {...shared} rows={8} /> : <input {...shared} />}
      {hint && (
        <span id={`${id}-hint`} class="muted">
          {hint}
        </span>
      )}
    </div>
  );
}
