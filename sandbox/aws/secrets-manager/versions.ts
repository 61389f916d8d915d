import { randomUUID } from 'node:crypto';
import { alreadyExists, invalidParameter, notFound } from './errors.ts';
import type { Secret, Value } from './secrets.ts';

const SIZE_LIMIT = 65_536;

export interface NewVersion extends Value {
  ClientRequestToken?: string;
  VersionStages?: string[];
}

export function hasValue({ SecretString, SecretBinary }: Value): boolean {
  return SecretString != null || SecretBinary != null;
}

export function stagesOf(secret: Secret, version: string): string[] {
  return Object.keys(secret.stages).filter((stage) => secret.stages[stage] === version);
}

/** Adds a version (or finds the one that the same token has made) and moves the staging labels to it. */
export function putVersion(secret: Secret, input: NewVersion): string {
  const { SecretString, SecretBinary, ClientRequestToken: version = randomUUID() } = input;
  if ((SecretString == null) === (SecretBinary == null))
    throw invalidParameter('You must provide either SecretString or SecretBinary.');
  if (Buffer.byteLength(SecretString ?? Buffer.from(SecretBinary ?? '', 'base64')) > SIZE_LIMIT)
    throw invalidParameter(`Secret value is larger than ${SIZE_LIMIT} bytes.`);
  const existing = secret.versions[version];
  if (existing && (existing.SecretString !== SecretString || existing.SecretBinary !== SecretBinary))
    throw alreadyExists(`ClientRequestToken ${version} is already in use for a version of secret ${secret.arn}.`);
  const now = Date.now() / 1000;
  secret.versions[version] = existing ?? { SecretString, SecretBinary, createdAt: now };
  secret.changedAt = now;
  for (const stage of input.VersionStages ?? ['AWSCURRENT']) moveStage(secret, stage, version);
  return version;
}

/** Moves a label to a version; the version that was current becomes the previous one. Unlabelled versions are dropped. */
export function moveStage(secret: Secret, stage: string, version: string | undefined): void {
  const before = secret.stages[stage];
  if (version === undefined) delete secret.stages[stage];
  else secret.stages[stage] = version;
  if (stage === 'AWSCURRENT' && before && before !== version) secret.stages.AWSPREVIOUS = before;
  if (secret.stages.AWSPREVIOUS === secret.stages.AWSCURRENT) delete secret.stages.AWSPREVIOUS;
  const labelled = new Set(Object.values(secret.stages));
  for (const id of Object.keys(secret.versions)) if (!labelled.has(id) && id !== version) delete secret.versions[id];
}

/** The version named by an id, a label, both, or neither. */
export function findVersion(secret: Secret, input: { VersionId?: string; VersionStage?: string }) {
  const { VersionId, VersionStage } = input;
  const id = VersionId ?? secret.stages[VersionStage ?? 'AWSCURRENT'];
  const value = id === undefined ? undefined : secret.versions[id];
  const stages = id === undefined ? [] : stagesOf(secret, id);
  if (id === undefined || !value || (VersionId && VersionStage && !stages.includes(VersionStage))) {
    const wanted = VersionId ? `VersionId: ${VersionId}` : `staging label: ${VersionStage ?? 'AWSCURRENT'}`;
    throw notFound(`Secrets Manager can't find the specified secret value for ${wanted}`);
  }
  return { id, value, stages };
}
