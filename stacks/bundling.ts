/** What the SDK would load with `import()`, and no function ever asks it to: left out of the bundles. */
const NEVER_LOADED = [
  // Other sources of credentials: Lambda sets a role's credentials in the environment, where the SDK looks first. Some
  // import node:http, which makes Node load undici, too: as much again as the rest of the SDK.
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-login',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@smithy/credential-provider-imds',
  // Operations that stream events: SQS, DynamoDB and Secrets Manager have none.
  '@smithy/core/event-streams',
  // What a browser is called.
  'bowser',
];

/**
 * How SST bundles every function; read by createFunction, the graph of the tests and the bench.
 * What each line is worth was measured: docs/performance.md, "Cold start".
 */
export const bundling = {
  minify: true,
  // What is imported with `import()` goes into files of its own, which are not even read until then.
  splitting: true,
  esbuild: {
    // Nothing reads the names of functions and classes: errors carry theirs as text.
    keepNames: false,
    external: NEVER_LOADED,
  },
};
