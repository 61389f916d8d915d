import type { Secret } from './secrets.ts';

export interface Filter {
  Key?: string;
  Values?: string[];
}

/** Whether a secret passes every filter: a value matches a beginning, `!` in front negates it. */
export const matches = (secret: Secret, filters: Filter[] = []): boolean =>
  filters.every(({ Key, Values = [] }) => {
    const texts = textsOf(secret, Key);
    return Values.some((value) => {
      const isNegated = value.startsWith('!');
      const prefix = isNegated ? value.slice(1) : value;
      return texts.some((text) => text.startsWith(prefix)) !== isNegated;
    });
  });

function textsOf(secret: Secret, key: string | undefined): string[] {
  switch (key) {
    case 'name':
      return [secret.name];
    case 'description':
      return [secret.description ?? ''];
    case 'tag-key':
      return secret.tags.map((tag) => tag.Key);
    case 'tag-value':
      return secret.tags.map((tag) => tag.Value);
    default:
      return [secret.name, secret.description ?? '', ...secret.tags.flatMap((tag) => [tag.Key, tag.Value])];
  }
}

/** One page and the token of the next, if there is one. */
export function paginate<T>(
  all: T[],
  { MaxResults, NextToken }: { MaxResults?: number; NextToken?: string },
  defaultSize: number,
): [T[], string | undefined] {
  const start = Number(NextToken ?? 0);
  const end = start + (MaxResults ?? defaultSize);
  return [all.slice(start, end), end < all.length ? String(end) : undefined];
}
