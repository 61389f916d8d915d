/**
 * Every kind of item in the one table: its key, its index entries, how long it is kept, and which members stay readable
 * beside the packed part. Keys are made of plain strings, so this file does not know what they mean. What is stored is
 * found again by its key: changing a key is a migration. docs/table.md is generated from this file.
 */

type Of<Names extends string> = Readonly<Record<Names, string>>;
type Index = 'byTime' | 'byState';

// Annotated for the bundler, which leaves out of each function the kinds of items it does not use.

/** The index entries of a kind that connections have: by an instant and their id, over several partitions. */
/* @__NO_SIDE_EFFECTS__ */
const ofConnection = <By extends string>(index: Index, kind: string, by: By) => ({
  ...{ index, isSharded: true },
  partition: ({ connection }: Of<'connection'>) => `${kind}#${connection}`,
  sort: (item: Of<By | 'id'>) => `${item[by]}#${item.id}`,
});

/** The index entries of a kind with few items that no connection has: in one partition. */
/* @__NO_SIDE_EFFECTS__ */
const ofHub = <By extends string, Id extends string = 'id'>(
  index: Index,
  partition: string,
  by: By,
  id = 'id' as Id,
) => ({
  ...{ index, isSharded: false },
  partition: () => partition,
  sort: (item: Of<By | Id>) => `${item[by]}#${item[id]}`,
});

/** The key of an item whose partition is named after it: `KIND#id` and `KIND`. */
/* @__NO_SIDE_EFFECTS__ */
const keyOf =
  <Name extends string>(kind: string, ...names: Name[]) =>
  (of: Of<Name>) => ({ pk: [kind, ...names.map((name) => of[name])].join('#'), sk: kind });

/** A canonical order without its derived members, and with as many lines of its timeline as fit. */
export const order = {
  key: keyOf('ORDER', 'id'),
  byTime: ofConnection('byTime', 'ORDER', 'receivedAt'),
  visible: ['revision', 'writes'],
} as const;

/** What happened to an order, beyond the lines that fit into the order itself. */
export const timelineEntry = {
  key: ({ order, at, origin, index }: Of<'order' | 'at' | 'origin' | 'index'>) => ({
    pk: `ORDER#${order}`,
    sk: `TIMELINE#${at}#${origin}#${index}`,
  }),
  prefix: 'TIMELINE#',
} as const;

/** An order of the sales channel that is a part of one of ours. */
export const orderPart = {
  key: ({ id }: Of<'id'>) => ({ pk: `ORDER#${id}`, sk: 'PART' }),
} as const;

/** Which order first had a line of the sales channel. */
export const orderLine = { key: keyOf('LINE', 'connection', 'line') } as const;

/** The order that an id at a remote stands for. */
export const remoteOrder = { key: keyOf('REMOTE', 'connection', 'remoteId') } as const;

/** A delivery of the ledger; while it is not done, in the index byState by when it is due, or by what is wrong with it. */
export const delivery = {
  key: keyOf('DELIVERY', 'id'),
  byTime: ofConnection('byTime', 'DELIVERY', 'createdAt'),
  due: ofConnection('byState', 'due', 'dueAt'),
  blocked: ofConnection('byState', 'blocked', 'updatedAt'),
  dead: ofConnection('byState', 'dead', 'updatedAt'),
  /** Placements that are not settled, for the poller. */
  placed: ofConnection('byState', 'placed', 'placedAt'),
  visible: ['state', 'updatedAt', 'attemptCount'],
} as const;

/** Says that a delivery tells an endpoint of an order. The order does not name it, as that would be another change to tell. */
export const notified = {
  key: ({ order, delivery }: Of<'order' | 'delivery'>) => ({ pk: `ORDER#${order}`, sk: `NOTIFY#${delivery}` }),
  prefix: 'NOTIFY#',
} as const;

/** An attempt at a delivery, beyond those kept in the delivery itself. */
export const attempt = {
  key: ({ delivery, number }: Of<'delivery' | 'number'>) => ({
    pk: `DELIVERY#${delivery}`,
    sk: `ATTEMPT#${number.padStart(6, '0')}`,
  }),
  prefix: 'ATTEMPT#',
} as const;

/**
 * The latest fetch that was asked for of a resource, so that many events about it share one fetch; and the latest stock
 * push of a SKU to a channel, so that many sales of it share one push.
 */
export const fetchCover = {
  key: keyOf('FETCH', 'connection', 'action', 'resource'),
  keepDays: 30,
} as const;

/** An inbound event with its body; one that could not be read is in the index byState, and kept until it is read. */
export const event = {
  key: keyOf('EVENT', 'id'),
  byTime: ofConnection('byTime', 'EVENT', 'receivedAt'),
  unreadable: ofConnection('byState', 'unreadable', 'receivedAt'),
  keepDays: 90,
  visible: ['state'],
} as const;

/** How many orders webhooks and polls told of first, by day of a connection. */
export const misses = {
  partition: ({ connection }: Of<'connection'>) => `MISSES#${connection}`,
  key: ({ connection, day }: Of<'connection' | 'day'>) => ({ pk: `MISSES#${connection}`, sk: day }),
  keepDays: 90,
} as const;

/** Which members the bodies of a connection have, by topic: paths, types and counts. */
export const shape = {
  partition: ({ connection }: Of<'connection'>) => `SHAPE#${connection}`,
  key: ({ connection, topic }: Of<'connection' | 'topic'>) => ({ pk: `SHAPE#${connection}`, sk: topic }),
  keepDays: 400,
  visible: ['revision'],
} as const;

/** A SKU that a connection deals in, in the index byTime by its SKU, where `#` would end it. */
export const product = {
  key: keyOf('PRODUCT', 'connection', 'sku'),
  byTime: {
    index: 'byTime',
    isSharded: false,
    partition: ({ connection }: Of<'connection'>) => `PRODUCT#${connection}`,
    sort: ({ sku, id }: Of<'sku' | 'id'>) => `${sku.replaceAll('#', '%23')}#${id}`,
  },
} as const;

/** The SKU under which a connection has an EAN, if the two differ. */
export const productEan = { key: keyOf('EAN', 'connection', 'ean') } as const;

/** Units of a SKU at a warehouse that a placement wants. */
export const reservation = {
  key: ({ connection, sku, delivery }: Of<'connection' | 'sku' | 'delivery'>) => ({
    pk: `RESERVED#${connection}#${sku}`,
    sk: delivery,
  }),
  keepDays: 7,
} as const;

/** A connection without its secrets, or what is left of one that was removed. */
export const connection = {
  partition: () => 'CONNECTIONS',
  key: ({ id }: Of<'id'>) => ({ pk: 'CONNECTIONS', sk: id }),
} as const;

/** An endpoint without its secrets, beside the connections, so that one query reads all. */
export const endpoint = {
  prefix: 'ENDPOINT#',
  key: ({ id }: Of<'id'>) => ({ pk: 'CONNECTIONS', sk: `ENDPOINT#${id}` }),
} as const;

/** How far an endpoint was told the changes, who tells it, and how that goes. */
export const endpointState = {
  key: ({ id }: Of<'id'>) => ({ pk: `ENDPOINT#${id}`, sk: 'STATE' }),
} as const;

/** The present version of a marketplace's secret: a function that holds it need not read it anew. */
export const secretVersion = { key: keyOf('SECRET', 'marketplace') } as const;

/** Who is changing connections, endpoints, routes, secrets or keys. */
export const configurationLease = { key: () => ({ pk: 'CONFIGURATION', sk: 'LEASE' }) } as const;

/** Who ships what. */
export const routes = { key: () => ({ pk: 'ROUTES', sk: 'ROUTES' }) } as const;

/** The present version of the routes, beside the connections: a function that holds it need not read them anew. */
export const routesVersion = { key: () => ({ pk: 'CONNECTIONS', sk: 'ROUTES#' }) } as const;

/** How far a connection's poll has come, and who polls. */
export const cursor = { key: keyOf('CURSOR', 'connection') } as const;

/** A connection's access token at its marketplace, and who renews it. */
export const token = { key: keyOf('TOKEN', 'connection') } as const;

/** How far ahead the requests of a connection are reserved. */
export const budget = { key: keyOf('BUDGET', 'connection') } as const;

/** An API key, by its hash. */
export const apiKey = {
  key: keyOf('APIKEY', 'hash'),
  byTime: ofHub('byTime', 'APIKEY', 'createdAt', 'hash'),
} as const;

/** A person's session in the console, by the hash of its cookie. */
export const session = { key: keyOf('SESSION', 'hash') } as const;

/** A code that begins a session once, by its hash. */
export const signInCode = {
  key: ({ hash }: Of<'hash'>) => ({ pk: `SESSION#${hash}`, sk: 'CODE' }),
} as const;

/** The key that hashes the e-mail addresses of erased buyers, made at the first erasure. */
export const emailHashKey = { key: () => ({ pk: 'EMAILHASHKEY', sk: 'EMAILHASHKEY' }) } as const;

/** How far the retention of buyers' data has come, connection by connection. */
export const retention = { key: () => ({ pk: 'RETENTION', sk: 'RETENTION' }) } as const;

/** An order that had not settled when its buyer's time was over: the buyer is erased once it has. */
export const retentionWait = {
  key: ({ order }: Of<'order'>) => ({ pk: 'RETENTION', sk: `WAIT#${order}` }),
  prefix: 'WAIT#',
} as const;

/** What a person did, and why. */
export const act = { key: keyOf('AUDIT', 'id'), byTime: ofHub('byTime', 'AUDIT', 'at'), keepDays: 400 } as const;

/** The answer to a request with an `Idempotency-Key`. */
export const idempotency = {
  key: keyOf('IDEMPOTENCY', 'keyName', 'key'),
  keepDays: 1,
} as const;

/** Who had what remapped, and why. */
export const remap = {
  key: keyOf('REMAP', 'id'),
  byTime: ofHub('byTime', 'REMAP', 'at'),
} as const;

/** Who admitted what from the quarantine, and why. */
export const admission = {
  key: keyOf('ADMISSION', 'id'),
  byTime: ofHub('byTime', 'ADMISSION', 'at'),
} as const;

/** What the slots of a connection's quarantine hold, and which slot is next. */
export const quarantineRing = {
  key: ({ connection }: Of<'connection'>) => ({ pk: `QUARANTINE#${connection}`, sk: 'RING' }),
  keepDays: 7,
} as const;

/** A refused webhook in a slot of its connection's quarantine; only its key tells slots apart, not the index. */
export const quarantined = {
  key: ({ connection, slot }: Of<'connection' | 'slot'>) => ({
    pk: `QUARANTINE#${connection}`,
    sk: `SLOT#${slot.padStart(3, '0')}`,
  }),
  prefix: 'SLOT#',
  byTime: {
    index: 'byTime',
    isSharded: false,
    partition: ({ connection }: Of<'connection'>) => `QUARANTINE#${connection}`,
    sort: ({ receivedAt, id }: Of<'receivedAt' | 'id'>) => `${receivedAt}#${id}`,
  },
  keepDays: 7,
} as const;

/** A replay of many deliveries, in the index byState until it is over. */
export const replay = {
  key: keyOf('REPLAY', 'id'),
  byTime: ofHub('byTime', 'REPLAY', 'createdAt'),
  active: ofHub('byState', 'replays', 'createdAt'),
} as const;

/** A delivery that waits in a replay, beside the replay itself, in the order of release. */
export const waitingMember = {
  key: ({ replay, position }: Of<'replay' | 'position'>) => ({ pk: `REPLAY#${replay}`, sk: `WAITING#${position}` }),
  prefix: 'WAITING#',
} as const;

/** A released delivery of a replay, in a partition of its own: at the fastest pace there are a hundred a second. */
export const openMember = {
  key: ({ replay, position }: Of<'replay' | 'position'>) => ({ pk: `REPLAY#${replay}#OPEN`, sk: `OPEN#${position}` }),
  prefix: 'OPEN#',
} as const;

/** A settled delivery of a replay. */
export const settledMember = {
  key: ({ replay, position }: Of<'replay' | 'position'>) => ({ pk: `REPLAY#${replay}#DONE`, sk: `DONE#${position}` }),
  prefix: 'DONE#',
  keepDays: 90,
} as const;

/**
 * One batch of entries of the feed, at a dense position of its partition that the conditional put of this item takes;
 * `total` counts the partition's entries up to its end. A partition's last item is kept until there is another.
 */
export const feedItem = {
  partition: ({ partition }: Of<'partition'>) => `FEED#${partition}`,
  key: ({ partition, position }: Of<'partition' | 'position'>) => ({
    pk: `FEED#${partition}`,
    sk: position.padStart(10, '0'),
  }),
  keepDays: 30,
  visible: ['at', 'total'],
} as const;

/** How far a reader of the feed has committed. */
export const consumer = {
  partition: () => 'CONSUMERS',
  key: ({ id }: Of<'id'>) => ({ pk: 'CONSUMERS', sk: id }),
} as const;

/**
 * A word by which an order is found, with others that begin alike; a buyer's address only as its keyed hash. `at` is
 * empty where hardly any two orders have the same word.
 */
export const lookup = {
  key: ({ prefix, word, at, order }: Of<'prefix' | 'word' | 'at' | 'order'>) => ({
    pk: `WORD#${prefix}`,
    sk: `${word}#${at}#${order}`,
  }),
  /** The beginning of the sort keys for exactly this word. */
  whole: ({ word }: Of<'word'>) => `${word}#`,
} as const;
