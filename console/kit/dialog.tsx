import { signal } from '@preact/signals';
import type { ComponentChildren, VNode } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { curl } from './command-line.ts';
import { Reason, useAct } from './form.tsx';
import { ask, lookAgain } from './hub.ts';
import { focusHeading, place } from './place.ts';
import { Alert, AsCommand, Button } from './text.tsx';

const opened = signal<VNode | null>(null);
/** Shows a dialog over the screen: what that reads meanwhile neither changes nor closes it. */
export const openDialog = (dialog: VNode): void => {
  opened.value = dialog;
};
export const closeDialog = (): void => {
  opened.value = null;
};

/** The dialog that is open; it goes with the screen that it was opened on. */
export function OpenDialog() {
  useLayoutEffect(() => closeDialog, [place.value]);
  return opened.value;
}

/** A modal dialog: the platform's own, which keeps the focus and gives it back. */
export function Dialog({ title, children }: { title: string; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Before the next key can come: Escape is this dialog's from its first moment.
  useLayoutEffect(() => {
    const { current } = dialog;
    const opener = document.activeElement;
    current?.showModal();
    (current?.querySelector<HTMLElement>('[aria-invalid]') ?? current?.querySelector('input, .primary'))?.focus();
    return () => {
      current?.close();
      // What it was opened with may be gone by what was done.
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
  /** What its one button says, where that is not its title. */
  verb?: string;
  method?: 'post' | 'patch';
  path: string;
  body: object;
  /** What does the same on the command line. */
  command: string;
  onDone?: (answer: Answer) => unknown;
  isReady: boolean;
  /** A button for what comes before. */
  before?: ComponentChildren;
  children: ComponentChildren;
}

/** A dialog that makes one call; the screen shows what came of it when it closes. */
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
  /** What stands in the body beside the reason. */
  body?: object;
  isReady?: boolean;
  isOptional?: boolean;
  /** Fields behind the reason. */
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
