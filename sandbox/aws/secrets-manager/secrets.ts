import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { invalidRequest, notFound } from './errors.ts';

export interface Tag {
  Key: string;
  Value: string;
}

export interface Value {
  SecretString?: string | undefined;
  /** Base64. */
  SecretBinary?: string | undefined;
}

/** A secret as stored; times in seconds since 1970. */
export interface Secret {
  name: string;
  arn: string;
  description?: string | undefined;
  tags: Tag[];
  createdAt: number;
  changedAt: number;
  deletedAt?: number | undefined;
  versions: Record<string, Value & { createdAt: number }>;
  /** Staging label to version id. */
  stages: Record<string, string>;
}

export type Secrets = ReturnType<typeof openSecrets>;

/** Reads the file and keeps it equal to what is in memory. */
export function openSecrets(file: string) {
  const secrets = new Map<string, Secret>();
  if (existsSync(file))
    for (const secret of JSON.parse(readFileSync(file, 'utf8')) as Secret[]) secrets.set(secret.name, secret);
  return {
    all: () => [...secrets.values()],
    get: (name: string) => secrets.get(name),
    /** By name, ARN, or ARN without its random end. Deleted secrets are found only with `deleted`. */
    find(id: string | undefined, { deleted = false } = {}): Secret {
      const named = (secret: Secret) => secret.arn === id || secret.arn.replace(/-\w{6}$/, '') === id;
      const secret = secrets.get(id ?? '') ?? [...secrets.values()].find(named);
      if (!secret) throw notFound("Secrets Manager can't find the specified secret.");
      if (secret.deletedAt !== undefined && !deleted)
        throw invalidRequest("You can't perform this operation on the secret because it was marked for deletion.");
      return secret;
    },
    add: (secret: Secret) => void secrets.set(secret.name, secret),
    remove: (secret: Secret) => void secrets.delete(secret.name),
    /** Replaces the whole file at once, so that a crash leaves either the old or the new one. */
    save(): void {
      const temporary = `${file}.tmp`;
      rmSync(temporary, { force: true });
      writeFileSync(temporary, JSON.stringify([...secrets.values()]), { mode: 0o600 });
      renameSync(temporary, file);
    },
  };
}
