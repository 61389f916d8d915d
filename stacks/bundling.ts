/** What the SDK would load with `import()`, and what no function ever needs: left out of the bundles. */
const NEVER_LOADED = [
  // Other sources of credentials: Lambda puts a role's credentials into the environment, where the SDK looks first.
  // Some import node:http, which makes Node load undici, too: as much again as the rest of the SDK.
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-login',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@smithy/credential-provider-imds',
  // Operations that stream events: SQS, DynamoDB and Secrets Manager have none.
  '@smithy/core/event-streams',
  // Only runs in browsers.
  'bowser',
];

/**
 * How SST bundles every function; also read by createFunction, the tests' resource graph and the bench. What each line
 * is worth was measured: docs/performance.md, "Cold start".
 */
export const bundling = {
  minify: true,
  // What is imported with `import()` goes into files of its own, which are not read before that.
  splitting: true,
  esbuild: {
    // Nothing reads the names of functions and classes: errors carry theirs as text.
    keepNames: false,
    external: NEVER_LOADED,
  },
};
