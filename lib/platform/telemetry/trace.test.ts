import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { log } from './log.ts';
import {
  continueTrace,
  currentTrace,
  currentTraceparent,
  formatTraceparent,
  parseTraceparent,
  runInTrace,
  startTrace,
} from './trace.ts';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN_ID = '00f067aa0ba902b7';
const HEADER = `00-${TRACE_ID}-${SPAN_ID}-01`;

const hex = (length: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length })
    .map((digits) => digits.join(''))
    .filter((id) => !/^0+$/.test(id));
const traces = fc.record({ traceId: hex(32), spanId: hex(16), sampled: fc.boolean() });

afterEach(() => vi.restoreAllMocks());

describe('a traceparent', () => {
  it('is read into its trace, span and sampled flag', () => {
    expect(parseTraceparent(HEADER)).toEqual({ traceId: TRACE_ID, spanId: SPAN_ID, sampled: true });
    expect(parseTraceparent(`00-${TRACE_ID}-${SPAN_ID}-00`)?.sampled).toBe(false);
  });

  it('may have flags that nobody knows yet: only the first bit says sampled', () => {
    expect(parseTraceparent(`00-${TRACE_ID}-${SPAN_ID}-fe`)?.sampled).toBe(false);
    expect(parseTraceparent(`00-${TRACE_ID}-${SPAN_ID}-ff`)?.sampled).toBe(true);
  });

  it('of a later version is read by its first four parts, whatever follows', () => {
    expect(parseTraceparent(`cc-${TRACE_ID}-${SPAN_ID}-01`)?.traceId).toBe(TRACE_ID);
    expect(parseTraceparent(`cc-${TRACE_ID}-${SPAN_ID}-01-what-the-future-holds`)?.traceId).toBe(TRACE_ID);
  });

  it.each([
    ['nothing', undefined],
    ['an empty one', ''],
    ['version ff', `ff-${TRACE_ID}-${SPAN_ID}-01`],
    ['version 00 with more behind it', `${HEADER}-more`],
    ['a later version with more behind it and no dash', `cc-${TRACE_ID}-${SPAN_ID}-01.more`],
    ['upper case', HEADER.toUpperCase()],
    ['a trace id of zeroes', `00-${'0'.repeat(32)}-${SPAN_ID}-01`],
    ['a span id of zeroes', `00-${TRACE_ID}-${'0'.repeat(16)}-01`],
    ['a short trace id', `00-${TRACE_ID.slice(1)}-${SPAN_ID}-01`],
    ['blanks around it', ` ${HEADER} `],
    ['two of them', `${HEADER},${HEADER}`],
    ['a line break', `${HEADER}\n`],
  ])('is not read from %s', (_, header) => {
    expect(parseTraceparent(header)).toBeUndefined();
  });

  it('reads as what was written', () => {
    fc.assert(
      fc.property(traces, (trace) => {
        expect(parseTraceparent(formatTraceparent(trace))).toEqual(trace);
      }),
    );
  });

  it('never throws, whatever a caller sends', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((more) => HEADER + more),
        ),
        (header) => {
          const trace = parseTraceparent(header);
          if (trace) expect(header.slice(3)).toMatch(formatTraceparent({ ...trace, sampled: false }).slice(3, 52));
        },
      ),
    );
  });
});

describe('a trace', () => {
  it('goes on under a span of its own', () => {
    fc.assert(
      fc.property(traces, (caller) => {
        const next = continueTrace(formatTraceparent(caller));
        expect(next).toEqual({ ...caller, spanId: expect.stringMatching(/^[0-9a-f]{16}$/) });
        expect(next.spanId).not.toBe(caller.spanId);
      }),
    );
  });

  it('begins anew where the caller sent none that can be read', () => {
    const [one, other] = [continueTrace(undefined), continueTrace('garbage')];
    expect(parseTraceparent(formatTraceparent(one))).toEqual(one);
    expect(other.traceId).not.toBe(one.traceId);
  });

  it('is each piece of work its own, however they interleave', async () => {
    const seen = await Promise.all(
      [startTrace(), startTrace(), startTrace()].map((trace) =>
        runInTrace(trace, async () => {
          for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
          return [currentTraceparent(), formatTraceparent(trace)];
        }),
      ),
    );
    for (const [inside, own] of seen) expect(inside).toBe(own);
    expect(currentTrace()).toBeUndefined();
    expect(currentTraceparent()).toBeUndefined();
  });

  it('stands on every line that is logged in it, and on none outside', () => {
    const lines: unknown[] = [];
    vi.spyOn(console, 'warn').mockImplementation((line) => void lines.push(JSON.parse(String(line))));
    runInTrace(continueTrace(HEADER), () => log.warn('inside', { delivery: 'dlv_1' }));
    log.warn('outside');
    expect(lines).toEqual([
      expect.objectContaining({ message: 'inside', delivery: 'dlv_1', trace_id: TRACE_ID }),
      expect.not.objectContaining({ trace_id: expect.anything() }),
    ]);
  });
});
