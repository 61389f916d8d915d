import { render } from 'preact';
import { session } from './kit/hub.ts';
import { listenToKeys } from './kit/keyboard.ts';
import { followLinks, go, hrefOf, place } from './kit/place.ts';
import { copyInstants } from './kit/time.tsx';
import { Console } from './shell.tsx';

followLinks();
listenToKeys();
copyInstants();
const { path, query } = place.value;
if (!session.value && path !== '/sign-in')
  go(hrefOf('/sign-in', { next: hrefOf(path, query) }), { replace: true, quiet: true });
render(<Console />, document.getElementById('app') as HTMLElement);
