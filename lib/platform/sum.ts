export const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, each) => total + each, 0);
