import { expect, it } from 'vitest';
import { MOST_HOPS, nextHop } from './lineage.ts';

it('counts how often a chain has invoked a function, whatever other functions stand between', () => {
  let trace: string | undefined;
  for (let count = 1; count <= MOST_HOPS + 1; count++) {
    const hop = nextHop('pusher', [trace]);
    expect(hop.count).toBe(count);
    trace = nextHop('ingest', [hop.trace]).trace;
  }
});

it('goes by the longest chain of a batch, and begins one where nothing was the cause', () => {
  const once = nextHop('pusher');
  const twice = nextHop('pusher', [once.trace]);
  expect(
    nextHop('pusher', [undefined, once.trace, twice.trace, 'Root=1-5759e988-bd862e3fe1be46a994272793']).count,
  ).toBe(3);
  expect(nextHop('other', [twice.trace]).count).toBe(1);
  expect(once.trace).not.toBe(nextHop('pusher').trace);
});

it('keeps the root of the trace', () => {
  const root = 'Root=1-5759e988-bd862e3fe1be46a994272793';
  expect(nextHop('pusher', [`${root};Parent=53995c3f42cd8ad8;Sampled=1`]).trace).toMatch(
    new RegExp(`^${root};Lineage=`),
  );
});
