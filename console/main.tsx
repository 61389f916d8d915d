import { effect } from '@preact/signals';
import { render } from 'preact';
import { session } from './kit/hub.ts';
import { listenToKeys } from './kit/keyboard.ts';
import { followLinks, go, hrefOf, place } from './kit/place.ts';
import { copyWhole } from './kit/text.tsx';
import { nextOf } from './screens/sign-in.tsx';
import { Console } from './shell.tsx';

followLinks();
listenToKeys();
copyWhole();
// A link that signs in once does so even if somebody is signed in.
if (place.value.path === '/sign-in' && location.hash) session.value = undefined;
// Whoever is not signed in sees the sign-in screen, also after Back, and goes from there to where they were going.
effect(() => {
  const { path, query } = place.value;
  const isSignIn = path === '/sign-in';
  if (isSignIn === Boolean(session.value))
    go(isSignIn ? nextOf(query.next) : hrefOf('/sign-in', { next: hrefOf(path, query) }), { replace: true });
});
document.querySelector('.unloaded')?.remove();
render(<Console />, document.getElementById('app') as HTMLElement);
