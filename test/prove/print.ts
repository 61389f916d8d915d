import { isProven, type Report } from './reconcile.ts';

/** The one table, and below it what happened on the way. */
export function printReport(report: Report): string {
  const { bad } = report;
  const rows: Array<[string, number, boolean?]> = [
    ['orders in', report.ordersIn],
    ['orders known', report.ordersKnown],
    ['  lost', bad.ordersLost, true],
    ['  doubled', bad.ordersDoubled, true],
    ['  stale', bad.ordersStale, true],
    ['orders placed exactly once', report.placedOnce],
    ['  lost', bad.placementsLost, true],
    ['  doubled', bad.placementsDoubled, true],
    ['  tried twice, and refused', bad.placementsTriedTwice, true],
    ['  with other pieces', bad.piecesWrong, true],
    ['  though cancelled', bad.placedThoughCancelled, true],
    ['parcels shipped', report.parcelsShipped],
    ['fulfillments pushed exactly once', report.toldOnce],
    ['  lost', bad.fulfillmentsLost, true],
    ['  doubled', bad.fulfillmentsDoubled, true],
    ["  the ERP's, refused", bad.fulfillmentsRefused, true],
    ['attempts over the limit', bad.attemptsOverLimit, true],
    ['intervals outside', bad.intervalsOutside, true],
    ['deliveries stuck', bad.deliveriesStuck, true],
    ['events unreadable', bad.eventsUnreadable, true],
    ['messages given up', bad.messagesGivenUp, true],
  ];
  const table = rows.map(
    ([name, count, mustBeNone]) =>
      `  ${name.padEnd(36)}${String(count).padStart(8)}${mustBeNone && count > 0 ? '  ✘' : ''}`,
  );
  return [
    `Seed ${report.seed}, ${report.asked} orders`,
    '',
    ...table,
    '',
    ...report.findings.map((finding) => `  ✘ ${finding}`),
    ...(report.findings.length > 0 ? [''] : []),
    `  ${list(report.ways)}; ${list(report.changed)}`,
    `  ${report.kills} kills · ${sum(report.faults)} faults on the wire · replayed ${list(report.replayed) || 'nothing'}`,
    ...(report.idleRings > 0 ? [`  rings given up of deliveries that were done: ${report.idleRings}`] : []),
    `  done by hand: ${list(report.closed) || 'nothing'}`,
    `  ${report.deliveries} deliveries, ${report.attempts} attempts: ${list(report.outcomes)}`,
    `  retries began late by ${report.lateness.median.toFixed(2)} s in the median, ${report.lateness.p99.toFixed(2)} s at p99, ${report.lateness.max.toFixed(2)} s at most`,
    `  ${report.ordersPerSecond.toFixed(1)} orders a second for ${report.sellingSeconds.toFixed(0)} s`,
    '',
    isProven(report)
      ? 'Proven: nothing lost, nothing doubled.'
      : `Not proven. The same faults again: npm run prove -- --orders ${report.asked} --seed ${report.seed}`,
  ].join('\n');
}

const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((all, count) => all + count, 0);
const list = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .map(([word, count]) => `${count} ${word}`)
    .join(', ');
