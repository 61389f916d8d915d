import type { Client } from '#client/index';
import * as z from '#lib/platform/zod';

/** The public API as one conversation may use it. */
export interface Desk {
  hub: Client;
  /** The API key: proposals are signed with it, and work with no other. */
  key: string;
  now(): Date;
}

/** What an agent may call: names and descriptions are all that it knows of the hub. */
export interface Tool {
  name: string;
  title: string;
  description: string;
  /** Everything but starting a replay only reads. */
  acts?: true;
  input: z.ZodMiniObject;
  output: z.ZodMiniObject;
  run(desk: Desk, asked: never): Promise<object>;
}

/** Holds a tool's input and output to its schemas: other members of the output are left out. */
export const tool = <I extends z.ZodMiniObject, O extends z.ZodMiniObject>(
  given: Omit<Tool, 'input' | 'output' | 'run'> & {
    input: I;
    output: O;
    run(desk: Desk, asked: z.output<I>): Promise<z.input<O>>;
  },
): Tool => given;

/** The same schema with a description for the agent. */
export const say = <S extends z.ZodMiniType>(schema: S, description: string): S =>
  schema.check(z.describe(description)) as S;

/** The hub's answer: the client throws for everything but success. */
export const answerOf = async <T>(asked: Promise<{ data?: T }>): Promise<T> => (await asked).data as T;

/** A mistake of the agent's, in words that it can act on. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
}

const SHOWN_LETTERS = 300;

/** Other people's text, cut to what an agent needs to judge it. */
export const cut = (text: string): string => (text.length > SHOWN_LETTERS ? `${text.slice(0, SHOWN_LETTERS)}…` : text);

export const cutOrNull = (text: string | null | undefined): string | null => (text == null ? null : cut(text));

export const Instant = z.nullable(z.string());
