import { randomInt } from 'node:crypto';
import { AwsError } from '../aws-error.ts';
import { alreadyExists, invalidParameter } from './errors.ts';
import { type Filter, matches, paginate } from './list.ts';
import type { Secret, Secrets, Tag, Value } from './secrets.ts';
import { findVersion, hasValue, moveStage, type NewVersion, putVersion, stagesOf } from './versions.ts';

const ARN_PREFIX = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:';
const DAY_SECONDS = 86_400;

interface OfSecret {
  SecretId?: string;
}

interface Listing {
  Filters?: Filter[];
  MaxResults?: number;
  NextToken?: string;
}

/** The operations by name; inputs have the shapes of the Secrets Manager API reference. */
export function createOperations(secrets: Secrets) {
  function getValue({ SecretId, ...wanted }: OfSecret & { VersionId?: string; VersionStage?: string }) {
    const secret = secrets.find(SecretId);
    const { id, value, stages } = findVersion(secret, wanted);
    const { createdAt, ...content } = value;
    return { ...head(secret), ...content, VersionId: id, VersionStages: stages, CreatedDate: createdAt };
  }

  /** Runs a change on a copy, so that a refused one leaves nothing behind, and saves it. */
  function change<T>(secret: Secret, run: (copy: Secret) => T): T {
    const copy = structuredClone(secret);
    const result = run(copy);
    secrets.add(copy);
    secrets.save();
    return result;
  }

  return {
    CreateSecret(input: { Name?: string; Description?: string; Tags?: Tag[] } & Value & NewVersion) {
      const { Name: name = '', ClientRequestToken: token } = input;
      if (!/^[\w/+=.@-]{1,512}$/.test(name))
        throw new AwsError('ValidationException', 'Invalid name. Allowed are alphanumeric characters and -/_+=.@');
      const existing = secrets.get(name);
      if (existing) {
        const version = token ? existing.versions[token] : undefined;
        const isRepeat = version?.SecretString === input.SecretString && version?.SecretBinary === input.SecretBinary;
        if (!token || !version || !isRepeat)
          throw alreadyExists(`The operation failed because the secret ${name} already exists.`);
        return { ...head(existing), VersionId: token };
      }
      const now = Date.now() / 1000;
      const secret: Secret = {
        name,
        arn: `${ARN_PREFIX}${name}-${randomSuffix()}`,
        description: input.Description,
        tags: input.Tags ?? [],
        createdAt: now,
        changedAt: now,
        versions: {},
        stages: {},
      };
      return change(secret, (copy) => {
        const version = hasValue(input) ? putVersion(copy, input) : undefined;
        return { ...head(copy), VersionId: version };
      });
    },
    PutSecretValue: (input: OfSecret & NewVersion) =>
      change(secrets.find(input.SecretId), (secret) => {
        const version = putVersion(secret, input);
        return { ...head(secret), VersionId: version, VersionStages: stagesOf(secret, version) };
      }),
    UpdateSecret: (input: OfSecret & NewVersion & { Description?: string }) =>
      change(secrets.find(input.SecretId), (secret) => {
        if (input.Description != null) secret.description = input.Description;
        return { ...head(secret), ...(hasValue(input) ? { VersionId: putVersion(secret, input) } : {}) };
      }),
    UpdateSecretVersionStage(
      input: OfSecret & { VersionStage: string; MoveToVersionId?: string; RemoveFromVersionId?: string },
    ) {
      return change(secrets.find(input.SecretId), (secret) => {
        const current = secret.stages[input.VersionStage];
        const { MoveToVersionId: to, RemoveFromVersionId: from } = input;
        if (from && current !== from)
          throw invalidParameter(`The staging label ${input.VersionStage} isn't attached to version ${from}.`);
        if (!to && (!from || input.VersionStage === 'AWSCURRENT'))
          throw invalidParameter('AWSCURRENT only moves to another version; any other label is taken from one.');
        if (to && current && current !== to && !from)
          throw invalidParameter(`RemoveFromVersionId must name ${current}, to which the label is attached.`);
        if (to) findVersion(secret, { VersionId: to });
        moveStage(secret, input.VersionStage, to);
        return head(secret);
      });
    },
    GetSecretValue: getValue,
    BatchGetSecretValue(input: Listing & { SecretIdList?: string[] }) {
      if (Boolean(input.SecretIdList) === Boolean(input.Filters))
        throw invalidParameter("Either 'SecretIdList' or 'Filters' must be provided, but not both.");
      const found = () => secrets.all().filter((secret) => !secret.deletedAt && matches(secret, input.Filters));
      const [ids, NextToken] = paginate(input.SecretIdList ?? found().map((secret) => secret.arn), input, 20);
      const SecretValues: object[] = [];
      const Errors: object[] = [];
      for (const id of ids) {
        try {
          SecretValues.push(getValue({ SecretId: id }));
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
          Errors.push({ SecretId: id, ErrorCode: error.type, Message: error.message });
        }
      }
      return { SecretValues, Errors, NextToken };
    },
    DescribeSecret(input: OfSecret) {
      const secret = secrets.find(input.SecretId, { deleted: true });
      return { ...describe(secret), VersionIdsToStages: versionsToStages(secret) };
    },
    ListSecretVersionIds(input: OfSecret) {
      const secret = secrets.find(input.SecretId, { deleted: true });
      const Versions = Object.entries(secret.versions).map(([VersionId, { createdAt }]) => ({
        ...{ VersionId, VersionStages: stagesOf(secret, VersionId), CreatedDate: createdAt },
      }));
      return { ...head(secret), Versions };
    },
    ListSecrets(input: Listing & { IncludePlannedDeletion?: boolean }) {
      const wanted = (secret: Secret) =>
        (input.IncludePlannedDeletion || !secret.deletedAt) && matches(secret, input.Filters);
      const [page, NextToken] = paginate(secrets.all().filter(wanted), input, 100);
      const list = page.map((secret) => ({ ...describe(secret), SecretVersionsToStages: versionsToStages(secret) }));
      return { SecretList: list, NextToken };
    },
    DeleteSecret(input: OfSecret & { ForceDeleteWithoutRecovery?: boolean; RecoveryWindowInDays?: number }) {
      const secret = secrets.find(input.SecretId, { deleted: true });
      const now = Date.now() / 1000;
      if (input.ForceDeleteWithoutRecovery) {
        secrets.remove(secret);
        secrets.save();
        return { ...head(secret), DeletionDate: now };
      }
      return change(secret, (copy) => {
        copy.deletedAt = now;
        return { ...head(copy), DeletionDate: now + (input.RecoveryWindowInDays ?? 30) * DAY_SECONDS };
      });
    },
    RestoreSecret: (input: OfSecret) =>
      change(secrets.find(input.SecretId, { deleted: true }), (secret) => {
        delete secret.deletedAt;
        return head(secret);
      }),
    TagResource: (input: OfSecret & { Tags: Tag[] }) =>
      change(secrets.find(input.SecretId), (secret) => {
        const isNew = (tag: Tag) => input.Tags.some(({ Key }) => Key === tag.Key);
        secret.tags = [...secret.tags.filter((tag) => !isNew(tag)), ...input.Tags];
      }),
    UntagResource: (input: OfSecret & { TagKeys: string[] }) =>
      change(secrets.find(input.SecretId), (secret) => {
        secret.tags = secret.tags.filter((tag) => !input.TagKeys.includes(tag.Key));
      }),
  };
}

const head = (secret: Secret) => ({ ARN: secret.arn, Name: secret.name });

const describe = (secret: Secret) => ({
  ...head(secret),
  Description: secret.description,
  Tags: secret.tags,
  CreatedDate: secret.createdAt,
  LastChangedDate: secret.changedAt,
  DeletedDate: secret.deletedAt,
});

function versionsToStages(secret: Secret): Record<string, string[]> {
  return Object.fromEntries(Object.keys(secret.versions).map((id) => [id, stagesOf(secret, id)]));
}

function randomSuffix(): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  return Array.from({ length: 6 }, () => alphabet[randomInt(alphabet.length)]).join('');
}
