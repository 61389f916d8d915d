import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { kinds, patternsOf, writeTablePage } from '../../../scripts/table-page.ts';
import * as items from './items.ts';

// Stored items are found by these texts: changing one loses what deployed tables hold.
test('keys and index keys are what they have always been', () => {
  expect(Object.fromEntries(kinds.map(([name, kind]) => [name, patternsOf(kind)]))).toEqual({
    act: ['AUDIT#{id} AUDIT', 'byTime AUDIT {at}#{id}'],
    order: ['ORDER#{id} ORDER', 'byTime ORDER#{connection}* {receivedAt}#{id}'],
    timelineEntry: ['ORDER#{order} TIMELINE#{at}#{origin}#{index}'],
    orderPart: ['ORDER#{id} PART'],
    orderLine: ['LINE#{connection}#{line} LINE'],
    remoteOrder: ['REMOTE#{connection}#{remoteId} REMOTE'],
    delivery: [
      'DELIVERY#{id} DELIVERY',
      'byTime DELIVERY#{connection}* {createdAt}#{id}',
      'byState due#{connection}* {dueAt}#{id}',
      'byState blocked#{connection}* {updatedAt}#{id}',
      'byState dead#{connection}* {updatedAt}#{id}',
      'byState placed#{connection}* {placedAt}#{id}',
    ],
    attempt: ['DELIVERY#{delivery} ATTEMPT#{number}'],
    feedItem: ['FEED#{partition} {position}'],
    consumer: ['CONSUMERS {id}'],
    lookup: ['WORD#{prefix} {word}#{at}#{order}'],
    fetchCover: ['FETCH#{connection}#{action}#{resource} FETCH'],
    event: [
      'EVENT#{id} EVENT',
      'byTime EVENT#{connection}* {receivedAt}#{id}',
      'byState unreadable#{connection}* {receivedAt}#{id}',
    ],
    misses: ['MISSES#{connection} {day}'],
    shape: ['SHAPE#{connection} {topic}'],
    product: ['PRODUCT#{connection}#{sku} PRODUCT', 'byTime PRODUCT#{connection} {sku}#{id}'],
    productEan: ['EAN#{connection}#{ean} EAN'],
    reservation: ['RESERVED#{connection}#{sku} {delivery}'],
    connection: ['CONNECTIONS {id}'],
    secretVersion: ['SECRET#{marketplace} SECRET'],
    endpoint: ['CONNECTIONS ENDPOINT#{id}'],
    endpointState: ['ENDPOINT#{id} STATE'],
    notified: ['ORDER#{order} NOTIFY#{delivery}'],
    configurationLease: ['CONFIGURATION LEASE'],
    routes: ['ROUTES ROUTES'],
    routesVersion: ['CONNECTIONS ROUTES#'],
    cursor: ['CURSOR#{connection} CURSOR'],
    token: ['TOKEN#{connection} TOKEN'],
    budget: ['BUDGET#{connection} BUDGET'],
    apiKey: ['APIKEY#{hash} APIKEY', 'byTime APIKEY {createdAt}#{hash}'],
    session: ['SESSION#{hash} SESSION'],
    signInCode: ['SESSION#{hash} CODE'],
    emailHashKey: ['EMAILHASHKEY EMAILHASHKEY'],
    retention: ['RETENTION RETENTION'],
    retentionWait: ['RETENTION WAIT#{order}'],
    idempotency: ['IDEMPOTENCY#{keyName}#{key} IDEMPOTENCY'],
    remap: ['REMAP#{id} REMAP', 'byTime REMAP {at}#{id}'],
    admission: ['ADMISSION#{id} ADMISSION', 'byTime ADMISSION {at}#{id}'],
    quarantineRing: ['QUARANTINE#{connection} RING'],
    quarantined: ['QUARANTINE#{connection} SLOT#{slot}', 'byTime QUARANTINE#{connection} {receivedAt}#{id}'],
    replay: ['REPLAY#{id} REPLAY', 'byTime REPLAY {createdAt}#{id}', 'byState replays {createdAt}#{id}'],
    waitingMember: ['REPLAY#{replay} WAITING#{position}'],
    openMember: ['REPLAY#{replay}#OPEN OPEN#{position}'],
    settledMember: ['REPLAY#{replay}#DONE DONE#{position}'],
  });
});

test('what is counted is written so that it sorts, and a SKU ends where it ends', () => {
  expect(items.attempt.key({ delivery: 'dlv_1', number: '12' }).sk).toBe('ATTEMPT#000012');
  expect(items.quarantined.key({ connection: 'shop', slot: '7' }).sk).toBe('SLOT#007');
  expect(items.product.byTime.sort({ sku: 'A#1', id: 'shop:A#1' })).toBe('A%231#shop:A#1');
});

test('docs/table.md says what the declarations say: npm run docs:table', () => {
  expect(readFileSync('docs/table.md', 'utf8')).toBe(writeTablePage());
});
