import { Table } from '../kit/table.tsx';
import { count, duration } from '../kit/words.ts';
import type { Connection } from './connections.tsx';

const BAR = { width: 14, gap: 4, height: 64 };

/** Who told of new orders first, day by day: a picture, and the table that it is made of. */
export function Misses({ connection: { misses } }: { connection: Connection }) {
  const days = [...misses].reverse().slice(-45);
  const most = Math.max(1, ...days.map(({ firstByPoll, firstByWebhook }) => firstByPoll + firstByWebhook));
  const missed = days.reduce((sum, { firstByPoll }) => sum + firstByPoll, 0);
  const all = days.reduce((sum, { firstByPoll, firstByWebhook }) => sum + firstByPoll + firstByWebhook, 0);
  const words = `Webhooks missed by day: polls found ${missed} of ${count(all, 'new order')} first, in ${count(days.length, 'day')}.`;
  const tall = (part: number) => (part / most) * BAR.height;
  return (
    <figure>
      <figcaption>Webhooks missed by day</figcaption>
      <svg
        role="img"
        aria-label={words}
        viewBox={`0 0 ${Math.max(1, days.length) * (BAR.width + BAR.gap)} ${BAR.height}`}
        height={BAR.height}
      >
        {days.map(({ day, firstByPoll, firstByWebhook }, index) => (
          <g key={day} transform={`translate(${index * (BAR.width + BAR.gap)} 0)`}>
            <rect
              class="by-webhook"
              width={BAR.width}
              height={tall(firstByWebhook)}
              y={BAR.height - tall(firstByWebhook)}
            />
            <rect
              class="by-poll"
              width={BAR.width}
              height={tall(firstByPoll)}
              y={BAR.height - tall(firstByWebhook) - tall(firstByPoll)}
            />
          </g>
        ))}
      </svg>
      {days.length === 0 ? (
        <p class="muted">No new order was told of yet.</p>
      ) : (
        <Table
          name="Webhooks missed by day"
          rows={[...days].reverse()}
          idOf={({ day }) => day}
          columns={[
            { title: 'Day', cell: ({ day }) => <time dateTime={day}>{day}</time>, kind: 'wide' },
            { title: 'By webhook', cell: ({ firstByWebhook }) => firstByWebhook, kind: 'number' },
            { title: 'By poll', cell: ({ firstByPoll }) => firstByPoll, kind: 'number' },
            {
              title: 'Late',
              cell: ({ lateWebhooks, latenessSeconds }) =>
                lateWebhooks > 0 ? `${lateWebhooks}, by ${duration((latenessSeconds / lateWebhooks) * 1000)}` : 0,
              kind: 'number',
            },
          ]}
        />
      )}
    </figure>
  );
}
