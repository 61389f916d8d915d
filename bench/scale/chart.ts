import type { Result, Sample } from './record.ts';

interface Line {
  name: string;
  color: string;
  of: (sample: Sample) => number;
}

interface Panel {
  title: string;
  lines: readonly Line[];
  /** A line across the panel at the limit, if there is one. */
  limit?: number;
}

const WIDTH = 300;
const HEIGHT = 120;
const GAP = { left: 58, top: 64, right: 14, bottom: 44 };
const BLUE = '#2563a8';
const ORANGE = '#c2570c';
const GREEN = '#2e7d4f';
const GREY = '#667085';

const sum = (numbers: Record<string, number>): number =>
  Object.values(numbers).reduce((total, each) => total + each, 0);
const busyAs = (name: string) => (sample: Sample) => sample.busy[name] ?? 0;

function panelsOf({ scenario: { sellers, outage } }: Result): Panel[] {
  const sold = sellers.reduce((total, { ordersPerSecond }) => total + ordersPerSecond, 0);
  let before = 0;
  return [
    {
      title: 'deliveries that wait',
      lines: [
        { name: 'due or in line', color: BLUE, of: ({ queued, waiting }) => sum(queued) + sum(waiting) },
        { name: 'dead', color: ORANGE, of: ({ dead }) => dead },
      ],
    },
    {
      title: 'invocations at work',
      lines: [
        { name: outage?.marketplace ?? '', color: ORANGE, of: busyAs(`pusher-${outage?.marketplace}`) },
        { name: 'ingest', color: GREEN, of: busyAs('ingest') },
        { name: 'all consumers', color: BLUE, of: ({ busy }) => sum(busy) },
      ],
    },
    {
      title: 'orders finished each second',
      limit: sold,
      lines: [
        {
          name: 'finished',
          color: BLUE,
          of: ({ finished }) => {
            const since = finished - before;
            before = finished;
            return since / 60;
          },
        },
        { name: 'sold', color: GREY, of: () => sold },
      ],
    },
    {
      title: 'writes a second on the hottest partition',
      limit: 1_000,
      lines: [
        { name: 'of an index', color: BLUE, of: ({ hottest }) => hottest.partition },
        { name: 'of the table', color: ORANGE, of: ({ hottest }) => hottest.item },
      ],
    },
  ];
}

/** Shows how outages went, one row each, as a self-contained SVG. */
export function drawChart(results: readonly Result[]): string {
  const columns = results[0] ? panelsOf(results[0]).length : 0;
  const [stepX, stepY] = [WIDTH + GAP.left + GAP.right, HEIGHT + GAP.top + GAP.bottom];
  const rows = results.map((result, row) => {
    const panels = panelsOf(result).map((panel, column) => {
      const at = `translate(${column * stepX + GAP.left} ${row * stepY + GAP.top})`;
      return `<g transform="${at}">${drawPanel(panel, result)}</g>`;
    });
    const title = `<text x="14" y="${row * stepY + 24}" class="row">${result.scenario.title}</text>`;
    return title + panels.join('');
  });
  const [width, height] = [columns * stepX, results.length * stepY];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="11">
<title>What waits, invocations, orders finished and the hottest partition in ${results.length} outages</title>
<style>text{fill:#344054}.row{font-size:15px;font-weight:600}.title{font-weight:600}.axis{fill:#667085}</style>
<rect width="${width}" height="${height}" fill="#fff"/>
${rows.join('\n')}
</svg>
`;
}

function drawPanel({ title, lines, limit = 0 }: Panel, { samples, scenario }: Result): string {
  const all = lines.map((line) => ({ ...line, values: samples.map(line.of) }));
  const top = Math.max(limit, ...all.flatMap(({ values }) => values)) * 1.05 || 1;
  const x = (second: number) => (WIDTH * second) / scenario.seconds;
  const y = (value: number) => HEIGHT * (1 - value / top);
  const { outage } = scenario;
  const away = outage
    ? `<rect x="${x(outage.from)}" width="${x(outage.until) - x(outage.from)}" height="${HEIGHT}" fill="#f2f4f7"/>`
    : '';
  const paths = all.map(({ values, color }) => {
    const points = values.flatMap((value, index) => {
      // One sample in six minutes is as much as the picture can show.
      if (index % 6 !== 0) return [];
      return `${x(samples[index]?.second ?? 0).toFixed(0)},${y(value).toFixed(0)}`;
    });
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${color}" stroke-width="1.5"/>`;
  });
  const hours = Array.from({ length: scenario.seconds / 14_400 + 1 }, (_, index) => index * 4);
  const axis = hours.map(
    (hour) => `<text class="axis" x="${x(hour * 3600)}" y="${HEIGHT + 14}" text-anchor="middle">${hour} h</text>`,
  );
  const marks = [0, 0.5, 1].map(
    (part) => `<text class="axis" x="-6" y="${y(top * part) + 4}" text-anchor="end">${shorten(top * part)}</text>`,
  );
  const legend = all.map(
    ({ name, color }, index) => `<text x="${index * 95}" y="${HEIGHT + 31}" style="fill:${color}">― ${name}</text>`,
  );
  const across =
    limit > 0 ? `<line x2="${WIDTH}" y1="${y(limit)}" y2="${y(limit)}" stroke="#98a2b3" stroke-dasharray="3 3"/>` : '';
  const frame = `<path d="M0 0V${HEIGHT}H${WIDTH}" fill="none" stroke="#98a2b3"/>`;
  const heading = `<text class="title" y="-10">${title}</text>`;
  return [away, across, frame, heading, ...paths, ...axis, ...marks, ...legend].join('');
}

function shorten(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)} M`;
  return value >= 10_000 ? `${Math.round(value / 1000)} k` : String(Math.round(value));
}
