import { publish } from '#lib/changes/publish';
import { consumeStream } from '#lib/platform/table/stream';

export const handler = consumeStream(publish);
