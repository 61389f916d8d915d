import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { AsCommand, curl } from './command.tsx';
import { Form, Reason, useAct } from './form.tsx';
import { ask } from './hub.ts';
import { focusHeading } from './place.ts';
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
    onClose();
  };
  return (
    <dialog ref={dialog} aria-labelledby={id} onCancel={cancel}>
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}

interface ActProps extends Props {
  /** What its one button says, where that is not its title. */
  verb?: string;
  act: () => Promise<void>;
  isReady?: boolean;
  /** A button for what comes before. */
  before?: ComponentChildren;
  commands: readonly string[];
}

/** A dialog that does one thing. */
export function ActDialog(props: ActProps) {
  const { title, verb = title, onClose, act, isReady = true, children, before, commands } = props;
  const { run, isDoing, error } = useAct(act);
  return (
    <Dialog title={title} onClose={onClose}>
      <Form onSubmit={() => isReady && run()}>
        {children}
        <Alert>{error}</Alert>
        <footer>
          <Button onClick={onClose}>Cancel</Button>
          {before}
          <button type="submit" class="primary" disabled={!isReady || isDoing}>
            {verb}
          </button>
        </footer>
      </Form>
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
