import type { ComponentProps } from 'preact';
import { useId, useRef, useState } from 'preact/hooks';
import { ask, wordsOf } from './hub.ts';
import { Alert, Button, type ButtonProps } from './text.tsx';

/** Does something once at a time, however often it is asked; returns what failed. */
export function useAct<With extends unknown[]>(act: (...what: With) => Promise<void>) {
  const [error, setError] = useState<string>();
  const [isDoing, setDoing] = useState(false);
  const latch = useRef(false);
  const run = async (...what: With) => {
    if (latch.current) return;
    latch.current = true;
    setDoing(true);
    setError(undefined);
    await act(...what).catch((failure) => setError(wordsOf(failure)));
    latch.current = false;
    setDoing(false);
  };
  return { run, isDoing, error };
}

/** A button for an immediate action: it keeps the focus meanwhile, and shows beside it what failed. */
export function ActButton({ act, ...props }: ButtonProps & { act: () => Promise<void> }) {
  const { run, isDoing, error } = useAct(act);
  return (
    <>
      <Button aria-disabled={isDoing} onClick={() => void run()} {...props} />
      <Alert>{error}</Alert>
    </>
  );
}

/** A masked value, shown until the page or `version` changes; the hub records who looked. */
export function useReveal<T>(path: string, version = 0) {
  const [shown, setShown] = useState<{ value: T; version: number }>();
  const reveal = async () => setShown({ value: await ask('post', `${path}/reveal`), version });
  const revealed = shown?.version === version ? shown.value : undefined;
  return { revealed, button: !revealed && <ActButton says="Reveal" act={reveal} /> };
}

interface FieldProps extends Pick<ComponentProps<'input'>, 'required' | 'inputMode' | 'aria-invalid' | 'maxLength'> {
  label: string;
  value: string;
  onInput: (value: string) => void;
  hint?: string | undefined;
  multiline?: boolean;
  /** Whether it gets the focus when it appears, as the next thing to fill in. */
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
      <Hint id={`${id}-hint`}>{hint}</Hint>
    </div>
  );
}

const Hint = ({ id, children }: { id: string; children: string | undefined }) =>
  children ? (
    <span id={id} class="muted">
      <bdi>{children}</bdi>
    </span>
  ) : null;

interface CheckProps extends Pick<FieldProps, 'label' | 'hint'> {
  checked: boolean;
  onChange: (isChecked: boolean) => void;
  disabled?: boolean;
}

export function Check({ label, hint, onChange, ...props }: CheckProps) {
  const id = useId();
  const change = ({ currentTarget }: { currentTarget: HTMLInputElement }) => onChange(currentTarget.checked);
  return (
    <div class="check">
      <label>
        <input type="checkbox" {...props} {...(hint && { 'aria-describedby': id })} onChange={change} />
        {label}
      </label>
      <Hint id={id}>{hint}</Hint>
    </div>
  );
}
