/** What the SDK would load with `import()`, and no function ever asks it to: left out of the bundles. */
const NEVER_LOADED = [
  // Other sources of credentials: Lambda sets a role's credentials in the environment, where the SDK looks first.
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-login',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@smithy/credential-provider-imds',
  // Operations that stream events: SQS, DynamoDB and Secrets Manager have none.
  '@smithy/core/event-streams',
];

/**
 * How SST bundles every handler; read by createFunction, the graph of the tests and the bench.
 * What each line is worth was measured: docs/performance.md, "Cold start".
 */
export const bundling = {
  minify: true,
  // An ES module that imports node:http makes Node load undici, for exports it otherwise gets lazily; require() does not.
  format: 'cjs' as const,
  esbuild: {
    // For CommonJS it would take the packages' CommonJS, of which nothing can be left out.
    mainFields: ['module', 'main'],
    // Nothing reads the names of functions and classes: errors carry theirs as text.
    keepNames: false,
    external: NEVER_LOADED,
  },
};
