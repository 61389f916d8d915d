import { hrefOf } from '../kit/place.ts';
import { Screen } from '../kit/screen.tsx';

/** An id that is not there, and the way back. */
export const Missing = ({ what, list }: { what: string; list: string }) => (
  <Screen title="Not found">
    <p>There is no such {what}.</p>
    <p>
      <a href={hrefOf(list)}>Back to the list</a>
    </p>
  </Screen>
);
