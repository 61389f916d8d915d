import { AsCommand, curl, longshore } from '../kit/command.tsx';
import { ask, type Shape } from '../kit/hub.ts';
import { useLive } from '../kit/live.ts';
import { Screen } from '../kit/screen.tsx';
import { Table } from '../kit/table.tsx';
import { Id, Outside } from '../kit/text.tsx';
import { count, duration } from '../kit/words.ts';

type Consumer = Shape<'Consumer'>;

const lagOf = ({ lagSeconds, lagEntries }: Consumer): string =>
  lagEntries === 0 ? 'none' : `${duration(lagSeconds * 1000)}, ${count(lagEntries, 'change')}`;

/** Who follows the seller's changes, and how far behind each is. */
export function Changes() {
  const live = useLive<{ consumers: Consumer[] }>('consumers', () => ask('get', '/consumers'));
  const consumers = live.value?.consumers;
  return (
    <Screen title="Changes" of={live}>
      {consumers && (
        <Table
          name="Consumers"
          caption
          rows={consumers}
          idOf={({ id }) => id}
          columns={[
            { title: 'Consumer', cell: ({ id }) => <Outside>{id}</Outside>, kind: 'wide' },
            { title: 'Committed', cell: ({ committed }) => (committed ? <Id>{committed}</Id> : 'nothing yet') },
            { title: 'Lag', cell: lagOf, kind: 'number' },
          ]}
        />
      )}
      {consumers?.length === 0 && (
        <p class="empty">Nobody reads the feed. A consumer is made with `longshore consumers create NAME`.</p>
      )}
      <Table
        name="Endpoints"
        caption
        rows={[]}
        idOf={String}
        columns={['Endpoint', 'State', 'Lag', 'Last error'].map((title) => ({ title, cell: String }))}
      />
      <p class="empty">This hub pushes to no endpoint: whoever follows the changes reads the feed.</p>
      <AsCommand lines={[longshore('consumers list'), curl('GET', '/consumers')]} />
    </Screen>
  );
}
