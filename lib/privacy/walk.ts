/** There is more to search than one request has time for: asked again, it continues from here. */
export class OutOfTime extends Error {
  readonly from: string;

  constructor(from: string) {
    super('there was no time for all');
    this.from = from;
  }
}

/**
 * The items of several lists, one after the other. Throws OutOfTime after the page that used up its time; whoever has
 * enough before that moves the deadline.
 */
export async function* walk<T>(
  lists: readonly string[],
  read: (list: string, cursor: string | undefined) => Promise<{ items: T[]; cursor?: string }>,
  from = '',
  limit: { readonly deadline: number },
): AsyncGenerator<T> {
  const [first = '', start] = from.split('.');
  for (const list of lists.slice(Math.max(0, lists.indexOf(first)))) {
    let cursor = list === first ? start : undefined;
    do {
      const page = await read(list, cursor);
      yield* page.items;
      ({ cursor } = page);
      if (cursor && Date.now() > limit.deadline) throw new OutOfTime(`${list}.${cursor}`);
    } while (cursor);
  }
}
