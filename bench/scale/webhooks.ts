import type { Stream } from './seller.ts';
import { FLOOD } from './world.ts';

/** A token bucket, as API Gateway throttles a route. */
export interface Gate {
  /** Lets requests of this second in; returns how many. Called once a second. */
  admit(requests: number): number;
}

export function createGate({ rate, burst }: { rate: number; burst: number }): Gate {
  let tokens = burst;
  return {
    admit(requests) {
      const admitted = Math.min(requests, tokens + rate);
      tokens = Math.min(burst, tokens + rate - admitted);
      return admitted;
    },
  };
}

/** A vendor that was refused sends again after a while. */
const SENT_AGAIN_SECONDS = 60;

/** One second of one marketplace's webhooks; what it holds back while it is away comes faster than usual later. */
export function sendWebhooks(
  streams: readonly Stream[],
  gate: Gate,
  second: number,
  isUp: boolean,
): { sent: number; refused: number } {
  const leaving = streams.map((stream) => {
    stream.held += stream.sent[second] ?? 0;
    if (!isUp) return 0;
    const leaves = Math.min(stream.held, Math.max(stream.sent[second] ?? 0, stream.usual * FLOOD));
    stream.held -= leaves;
    return leaves;
  });
  const sent = leaving.reduce((sum, each) => sum + each, 0);
  const part = sent > 0 ? gate.admit(sent) / sent : 1;
  for (const [index, { into, sent: bySecond }] of streams.entries()) {
    const left = leaving[index] ?? 0;
    into.waiting += left * part;
    const again = Math.min(bySecond.length - 1, second + SENT_AGAIN_SECONDS);
    if (again > second) bySecond[again] = (bySecond[again] ?? 0) + left * (1 - part);
  }
  return { sent, refused: sent * (1 - part) };
}
