import * as z from '#lib/platform/zod';

/** A member of a topic's bodies. In its path `[]` is any item of a list, `*` a key that is data. */
export const ShapeMember = z.object({
  path: z.string(),
  types: z.array(z.string()),
  /** The number of bodies that had it. */
  seen: z.int(),
  /** Whether the connector looked at it in the latest of them. */
  isRead: z.boolean(),
  /** When it first appeared, if others were known before. */
  appearedAt: z.nullable(z.iso.datetime()),
  /** When it had been missing for long enough to count as gone. */
  vanishedAt: z.nullable(z.iso.datetime()),
});

/** What the bodies of one topic look like, without values. */
export const TopicShape = z.object({
  topic: z.string(),
  /** The number of bodies looked at. */
  bodies: z.int(),
  since: z.iso.datetime(),
  members: z.array(ShapeMember),
});
export type TopicShape = z.infer<typeof TopicShape>;
