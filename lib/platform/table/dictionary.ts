import samples from './dictionary.json' with { type: 'json' };

/**
 * What packed items have in common, a sample for each kind of item: the names of members and words that recur, in the order
 * in which they stand there. A compressor that knows it beforehand writes a reference instead. What was packed with it can
 * be read with nothing else, so it never changes: what would need other words gets a dictionary, and a mark, of its own.
 */
export const DICTIONARY = Buffer.from(samples.join(''));
