import type { Base } from '../base.ts';
import type { WebhookSender } from '../webhook-sender.ts';
import type { Topic } from './topics.ts';

export type Urls = Partial<Record<Topic, string | null>>;

interface Settings {
  urls: Urls;
  accesstoken: string;
}

/** Where Shoppo calls its partner, and with which `accesstoken`. */
export type Notifications = ReturnType<typeof openNotifications>;

interface Parts {
  base: Base;
  sender: WebhookSender;
  urls: Urls | undefined;
  accesstoken: string;
}

/** What was set by the control surface is kept, unless the next start sets it. */
export function openNotifications({ base, sender, urls, accesstoken }: Parts) {
  const kept = base.store.collection<Urls>('notification-urls');
  let settings: Settings = { urls: { ...kept.get('urls'), ...urls }, accesstoken };
  return {
    settings: () => settings,
    set(change: { urls?: Urls | undefined; accesstoken?: string | undefined }) {
      settings = {
        urls: kept.put('urls', { ...settings.urls, ...change.urls }),
        accesstoken: change.accesstoken ?? settings.accesstoken,
      };
      return settings;
    },
    /** Calls the URL of this topic, if there is one. */
    notify(topic: Topic, body: Record<string, unknown>) {
      const url = settings.urls[topic];
      if (!url) return;
      sender.send({ topic, url, body });
    },
  };
}
