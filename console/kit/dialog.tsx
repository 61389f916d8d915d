import { signal } from '@preact/signals';
import type { ComponentChildren, VNode } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { curl } from './command-line.ts';
import { Field, useAct } from './form.tsx';
import { ask, lookAgain } from './hub.ts';
import { focusHeading, place } from './place.ts';
import { Alert, AsCommand, Button } from './text.tsx';

const opened = signal<VNode | null>(null);
/** Shows a dialog over the screen, which may read again meanwhile without changing or closing the dialog. */
export const openDialog = (dialog: VNode): void => {
  opened.value = dialog;
};
export const closeDialog = (): void => {
  opened.value = null;
};

/** The open dialog; it closes when its screen is left. */
export function OpenDialog() {
  useLayoutEffect(() => closeDialog, [place.value]);
  return opened.value;
}

/** A modal dialog: the browser's own, which keeps the focus and gives it back. */
export function Dialog({ title, children }: { title: string; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  // In the layout effect, so that Escape belongs to this dialog before any other key can be pressed.
  useLayoutEffect(() => {
    const { current } = dialog;
    const opener = document.activeElement;
    current?.showModal();
    (current?.querySelector<HTMLElement>('[aria-invalid]') ?? current?.querySelector('input, .primary'))?.focus();
    return () => {
      current?.close();
      // The element that opened it may be gone because of what was done.
      if (opener?.isConnected && opener !== document.body) (opener as HTMLElement).focus({ preventScroll: true });
      else focusHeading();
    };
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby={id} onCancel={closeDialog}>
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}

interface ActProps<Answer> {
  title: string;
  /** The button's text, if it is not the title. */
  verb?: string;
  method?: 'post' | 'patch';
  path: string;
  /** Members of the body besides the reason. */
  body?: object;
  /** Whether it asks for a reason; by default it needs one. */
  asks?: 'needed' | 'optional' | 'nothing';
  isReady?: boolean;
  command: (reason: string) => string;
  /** `isLeft`: whoever left the dialog meanwhile is told of it, but stays where they are, with what they opened since. */
  onDone?: (answer: Answer, isLeft: boolean) => unknown;
  more?: ComponentChildren;
  /** A button for the step before. */
  before?: ComponentChildren;
  children: ComponentChildren;
}

/** A dialog that makes one call; after it closes, the screen shows the result. */
export function ActDialog<Answer>(props: ActProps<Answer>) {
  const { title, verb = title, method = 'post', path, asks = 'needed', isReady = true, command, more, before } = props;
  const [reason, setReason] = useState('');
  const why = reason.trim();
  const body = { ...props.body, ...(why && { reason: why }) };
  const isWhole = isReady && (asks !== 'needed' || why !== '');
  const { run, isDoing, error } = useAct(async () => {
    const own = opened.value;
    const isLeft = () => opened.value !== own;
    const answer = await ask<Answer>(method, path, { body });
    props.onDone?.(answer, isLeft());
    await lookAgain();
    if (!isLeft()) closeDialog();
  });
  return (
    <Dialog title={title}>
      <form onSubmit={() => isWhole && run()}>
        {props.children}
        {asks !== 'nothing' && (
          <Field
            label="Reason"
            hint={`${asks === 'needed' ? 'Required' : 'Optional'}: kept on record beside your key’s name.`}
            value={reason}
            onInput={setReason}
            required={asks === 'needed'}
            takesFocus
          />
        )}
        {more}
        <Alert>{error}</Alert>
        <footer>
          <Button says="Cancel" onClick={closeDialog} />
          {before}
          <button type="submit" class="primary" disabled={!isWhole || isDoing}>
            {verb}
          </button>
        </footer>
      </form>
      <AsCommand lines={[command(why), curl(method.toUpperCase(), path, { body })]} />
    </Dialog>
  );
}
