export { db, type Table, type Write } from './document.ts';
export * from './item.ts';
export * from './read.ts';
export * from './too-large.ts';
export * from './write.ts';
