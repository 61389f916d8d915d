import { useLayoutEffect, useRef } from 'preact/hooks';
import { useAct } from '../kit/form.tsx';
import { ask, type Session, session, signedOutBecause } from '../kit/hub.ts';
import { hrefOf, place } from '../kit/place.ts';
import { Alert, sentence } from '../kit/text.tsx';

/** Where to go after the sign-in: a path of the console, by default its start. */
export function nextOf(next = ''): string {
  const url = URL.canParse(next, location.origin) ? new URL(next, location.origin) : undefined;
  const isOurs =
    url?.origin === location.origin && url.pathname.startsWith('/console/') && url.pathname !== '/console/sign-in';
  return isOurs ? url.pathname + url.search : hrefOf('/');
}

/** Signs in with a key, or with the code after `#` of a link that works once. */
export function SignIn() {
  const field = useRef<HTMLInputElement>(null);
  const { run, isDoing, error } = useAct(async (proof: { key: string } | { code: string }) => {
    const now = await ask<Session>('post', '/session', { body: proof });
    signedOutBecause.value = '';
    session.value = now;
  });
  useLayoutEffect(() => field.current?.focus(), [isDoing]);
  useLayoutEffect(() => {
    document.title = 'Sign in · Longshore';
    const code = location.hash.slice(1);
    if (!code) return;
    history.replaceState({}, '', location.pathname + location.search);
    void run({ code });
    // Another link that is pasted into this tab changes nothing but the code.
  }, [place.value]);
  const submit = () => {
    const { current } = field;
    if (!current?.value || isDoing) return;
    const key = current.value;
    current.value = '';
    // No key is that long: the hub refuses it like any wrong key.
    void run({ key: key.slice(0, 512) });
  };
  return (
    <main class="sign-in">
      <form onSubmit={submit}>
        <p class="muted">Longshore</p>
        <h1>Sign in</h1>
        {signedOutBecause.value && <p role="status">{signedOutBecause.value}</p>}
        <div class="field">
          <label for="key">API key</label>
          <input ref={field} id="key" type="password" autocomplete="off" spellcheck={false} required />
        </div>
        <Alert>{error}</Alert>
        <button type="submit" class="primary" disabled={isDoing}>
          Sign in
        </button>
        <p class="muted">{sentence('Or have `longshore console` print a link that signs in once.')}</p>
      </form>
    </main>
  );
}
