import samples from './dictionary.json' with { type: 'json' };

/**
 * What packed items have in common, a sample for each kind of item: names of members and recurring words, in their
 * usual order. A compressor that has it writes references instead. What was packed with it cannot be read without it,
 * so it never changes: other words would need a dictionary, and a mark, of their own.
 */
export const DICTIONARY = Buffer.from(samples.join(''));
