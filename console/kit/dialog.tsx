import { signal } from '@preact/signals';
import type { ComponentChildren, VNode } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { curl } from './command-line.ts';
import { Reason, useAct } from './form.tsx';
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
  const cancel = (event: Event) => {
    event.preventDefault();
    closeDialog();
  };
  return (
    <dialog ref={dialog} aria-labelledby={id} onCancel={cancel}>
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
  body: object;
  /** The command that does the same. */
  command: string;
  onDone?: (answer: Answer) => unknown;
  isReady: boolean;
  /** A button for the step before. */
  before?: ComponentChildren;
  children: ComponentChildren;
}

/** A dialog that makes one call; after it closes, the screen shows the result. */
export function ActDialog<Answer>(props: ActProps<Answer>) {
  const { title, verb = title, method = 'post', path, body, command, onDone, isReady, before, children } = props;
  const { run, isDoing, error } = useAct(async () => {
    const answer = await ask<Answer>(method, path, { body });
    onDone?.(answer);
    await lookAgain();
    closeDialog();
  });
  return (
    <Dialog title={title}>
      <form onSubmit={() => isReady && run()}>
        {children}
        <Alert>{error}</Alert>
        <footer>
          <Button says="Cancel" onClick={closeDialog} />
          {before}
          <button type="submit" class="primary" disabled={!isReady || isDoing}>
            {verb}
          </button>
        </footer>
      </form>
      <AsCommand lines={[command, curl(method.toUpperCase(), path, { body })]} />
    </Dialog>
  );
}

interface ReasonProps<Answer> extends Pick<ActProps<Answer>, 'title' | 'path' | 'onDone' | 'children'> {
  /** Members of the body besides the reason. */
  body?: object;
  isReady?: boolean;
  isOptional?: boolean;
  /** Fields after the reason. */
  more?: ComponentChildren;
  command: (reason: string) => string;
}

export function ReasonDialog<Answer>(props: ReasonProps<Answer>) {
  const { children, body, isReady = true, isOptional = false, more, command } = props;
  const [reason, setReason] = useState('');
  const why = reason.trim();
  return (
    <ActDialog<Answer>
      {...props}
      body={{ ...body, ...(why && { reason: why }) }}
      isReady={isReady && (isOptional || why !== '')}
      command={command(why)}
    >
      {children}
      <Reason value={reason} onInput={setReason} required={!isOptional} />
      {more}
    </ActDialog>
  );
}
