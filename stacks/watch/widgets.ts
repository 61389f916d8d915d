import type { Metric, Statistic } from './metrics';

const COLUMNS = 24;
const HEIGHT = 6;
export const PERIOD = 300;

/** A line of a graph: a metric, or an expression over metrics. */
export type Line = { label: string } & ({ metric: Metric; stat?: Statistic } | { expression: string });

export interface Widget {
  type: 'metric' | 'alarm';
  properties: object;
}

/** A graph of five-minute sums, unless it or one of its lines says otherwise. */
export const graph = (title: string, lines: Line[], stat: Statistic = 'Sum'): Widget => ({
  type: 'metric',
  properties: {
    title,
    view: 'timeSeries',
    region: aws.getRegionOutput().region,
    stat,
    period: PERIOD,
    yAxis: { left: { min: 0 } },
    metrics: lines.map(draw),
  },
});

/** What rings now. */
export const alarmStates = (title: string, alarms: $util.Output<string>[]): Widget => ({
  type: 'alarm',
  properties: { title, alarms },
});

function draw({ label, ...line }: Line): unknown[] {
  if ('expression' in line) return [{ expression: line.expression, label }];
  const { namespace, metricName, dimensions } = line.metric;
  return [
    namespace,
    metricName,
    ...Object.entries(dimensions).flat(),
    { label, ...(line.stat && { stat: line.stat }) },
  ];
}

/** Rows of widgets from top to bottom, each as wide as the page. */
export const layOut = (rows: Widget[][]) =>
  rows.flatMap((row, index) =>
    row.map((widget, column) => ({
      ...widget,
      x: column * Math.floor(COLUMNS / row.length),
      y: index * HEIGHT,
      width: Math.floor(COLUMNS / row.length),
      height: HEIGHT,
    })),
  );
