import { publish } from '#lib/changes/publish';
import { consumeStream } from '#lib/platform/stream/consume';

export const handler = consumeStream(publish);
