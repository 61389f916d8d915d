import type { RegisteredWebhook, WebhookRegistry } from '../contract.ts';
import { addWebhook, listWebhooks, putWebhooks } from './api.ts';
import { info } from './manifest.ts';

/** order-new → orderNew */
const hookOf = (topic: string): string => topic.replace(/-(\w)/g, (_dash, letter: string) => letter.toUpperCase());

/** Entries have no id at Sello, and there may be two that are equal. */
const idOf = ({ hook, url }: { hook: string; url: string }): string => `${hook} ${url}`;

/** "Sello will attempt to POST to the url": a URL that does not answer 2xx is refused. */
export const webhookRegistry: WebhookRegistry = {
  async list(context) {
    const entries = await listWebhooks(context);
    return entries.map((entry): RegisteredWebhook => {
      const topic = info.topics.find((known) => hookOf(known) === entry.hook) ?? null;
      return { id: idOf(entry), topic, url: entry.url };
    });
  },

  async create(context, topic, url) {
    await addWebhook(context, { hook: hookOf(topic), url });
  },

  /** "Simply PUT the data with the hook removed": of two equal entries, one stays. */
  async remove(context, id) {
    const entries = await listWebhooks(context);
    const gone = entries.findLastIndex((entry) => idOf(entry) === id);
    if (gone >= 0) await putWebhooks(context, entries.toSpliced(gone, 1));
  },
};
