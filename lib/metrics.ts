/** One more of something, as a CloudWatch metric in the embedded format: a log line, no call. */
export function countMetric(name: string, dimensions: Record<string, string>): void {
  const metric = {
    Namespace: 'Longshore',
    Dimensions: [Object.keys(dimensions)],
    Metrics: [{ Name: name, Unit: 'Count' }],
  };
  console.info(
    JSON.stringify({ _aws: { Timestamp: Date.now(), CloudWatchMetrics: [metric] }, ...dimensions, [name]: 1 }),
  );
}
