/** Providers of credentials that Lambda never has to ask: it sets a role's credentials in the environment. */
const OTHER_CREDENTIALS = ['ini', 'login', 'process', 'sso', 'web-identity'];

/**
 * How SST bundles every handler; read by createFunction, the graph of the tests and the bench.
 * Each line was measured: docs/performance.md, "Cold start".
 */
export const bundling = {
  minify: true,
  // An ES module that imports node:http makes Node load undici for the exports it gets lazily; require() does not.
  format: 'cjs' as const,
  esbuild: {
    // CommonJS otherwise takes the packages' CommonJS, of which nothing can be left out.
    mainFields: ['module', 'main'],
    // Nothing reads the names of functions and classes: errors carry theirs as text.
    keepNames: false,
    external: OTHER_CREDENTIALS.map((name) => `@aws-sdk/credential-provider-${name}`),
  },
};
