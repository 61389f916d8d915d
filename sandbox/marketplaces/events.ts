/** What any sandbox tells its `onEvent`. */
export type SharedEvent =
  | {
      type: 'webhook.attempted';
      webhookId: string;
      topic: string;
      attempt: number;
      status: number | null;
      accepted: boolean;
    }
  | { type: 'webhook.given-up'; webhookId: string; topic: string; attempts: number }
  | { type: 'fault.applied'; faultId: string; on: string; kind: string };

/** An event with when and where it happened. */
export type SandboxEvent<Event> = Event & { at: string; marketplace: string };

export type Emit<Event> = (event: Event) => void;
