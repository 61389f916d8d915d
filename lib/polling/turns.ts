import type { PollPage } from '#lib/marketplaces/contract';
import type { Cursor } from './cursor.ts';

/** The part of a cursor that a poll's pages move. */
export type Stand = Pick<Cursor, 'watermark' | 'resume' | 'aside' | 'urgentAt'>;

/** Whether what was set aside is read next: it is, until what cannot wait is due again. */
export const isAsidesTurn = ({ resume, aside, urgentAt }: Stand, now: Date): boolean =>
  !!aside && resume === null && now.toISOString() < (urgentAt ?? '');

/** What a page moves, and whether everything is read by it, or everything that cannot wait (which is due again later). */
export function turnPage({ watermark, aside }: Stand, page: PollPage, isAside: boolean, urgentAt: Date) {
  const { resume } = page;
  const isEnd = resume === null && (isAside || !aside);
  const isCaughtUp = !isAside && (resume === null || page.canWait === true);
  const said = page.watermark !== undefined && { watermark: page.watermark };
  // A watermark that has moved since a walk was set aside is newer than that walk's.
  if (isAside && isEnd)
    return { isEnd, isCaughtUp, moved: { aside: null, ...(watermark === aside?.watermark && said) } };
  if (isAside) return { isEnd, isCaughtUp, moved: { aside: { watermark: aside?.watermark ?? null, resume } } };
  if (isEnd || !isCaughtUp) return { isEnd, isCaughtUp, moved: { resume, ...said } };
  const rest = aside ?? { watermark, resume };
  return { isEnd, isCaughtUp, moved: { ...said, resume: null, aside: rest, urgentAt: urgentAt.toISOString() } };
}
