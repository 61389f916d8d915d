/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  app({ stage }) {
    const production = stage === 'production';
    return {
      name: 'longshore',
      home: 'aws',
      removal: production ? 'retain' : 'remove',
      // See `isProtected` in stacks/names.ts.
      protect: production && process.env.UNPROTECTED !== stage,
      providers: {
        aws: {
          region: (process.env.AWS_REGION ?? 'eu-central-1') as aws.Region,
          defaultTags: { tags: { application: 'longshore', stage } },
        },
      },
    };
  },

  // SST refuses imports at the top of this file, which it reads before its providers are installed.
  async run() {
    const { storage } = await import('./stacks/storage');
    const { secrets } = await import('./stacks/secrets');
    const { queues } = await import('./stacks/queues');
    const { createGateway } = await import('./stacks/gateway');
    const { webhooks } = await import('./stacks/webhooks');
    const { ops } = await import('./stacks/ops');
    const { pushers } = await import('./stacks/pushers');
    const { publisher } = await import('./stacks/publisher');
    const { pollers } = await import('./stacks/pollers');
    const { alarms } = await import('./stacks/watch/alarms');
    const { budget } = await import('./stacks/watch/budget');
    const { dashboard } = await import('./stacks/watch/dashboard');
    const { environmentOf } = await import('./stacks/environment');

    const gateway = createGateway();
    const resources = { ...storage(), secrets: secrets(), queues: queues(), publicUrl: gateway.publicUrl };
    webhooks(resources, gateway);
    ops(resources, gateway);
    pushers(resources);
    publisher(resources);
    const scheduleDeadLetters = pollers(resources);
    budget();
    dashboard(resources, gateway, alarms(resources, gateway, scheduleDeadLetters));

    // `longshore … --outputs` reads the names from here, so that the CLI finds what the functions find.
    const { api, domainTarget } = gateway;
    return { url: api.url, ...(domainTarget && { domainTarget }), environment: environmentOf(resources) };
  },
});
