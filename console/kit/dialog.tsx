import { signal } from '@preact/signals';
import type { ComponentChildren, VNode } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { AsCommand } from './command.tsx';
import { curl } from './command-line.ts';
import { Reason, useAct } from './form.tsx';
import { ask, lookAgain } from './hub.ts';
import { focusHeading, place } from './place.ts';
import { Alert, Button } from './text.tsx';

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

interface ActProps {
  title: string;
  /** What its one button says, where that is not its title. */
  verb?: string;
  act: () => Promise<unknown>;
  isReady?: boolean;
  /** A button for what comes before. */
  before?: ComponentChildren;
  commands: readonly string[];
  children: ComponentChildren;
}

/** A dialog that does one thing; the screen shows what came of it when it closes. */
export function ActDialog({ title, verb = title, act, isReady = true, before, commands, children }: ActProps) {
  const { run, isDoing, error } = useAct(async () => {
    await act();
    await lookAgain();
    closeDialog();
  });
  return (
    <Dialog title={title}>
      <form onSubmit={() => isReady && run()}>
        {children}
        <Alert>{error}</Alert>
        <footer>
          <Button onClick={closeDialog}>Cancel</Button>
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

interface ReasonProps<Answer> extends Pick<ActProps, 'title' | 'isReady' | 'children'> {
  /** Posted to, with the reason and what else its body holds. */
  path: string;
  body?: object;
  isOptional?: boolean;
  /** Fields behind the reason. */
  more?: ComponentChildren;
  command: (reason: string) => string;
  onDone?: (answer: Answer) => unknown;
}

export function ReasonDialog<Answer>(props: ReasonProps<Answer>) {
  const { title, children, path, isReady = true, isOptional = false, more, command, onDone } = props;
  const [reason, setReason] = useState('');
  const why = reason.trim();
  const body = { ...props.body, ...(why && { reason: why }) };
  return (
    <ActDialog
      title={title}
      act={() => ask<Answer>('post', path, { body }).then(onDone)}
      isReady={isReady && (isOptional || why !== '')}
      commands={[command(why), curl('POST', path, { body })]}
    >
      {children}
      <Reason value={reason} onInput={setReason} required={!isOptional} />
      {more}
    </ActDialog>
  );
}
