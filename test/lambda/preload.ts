import { registerHooks } from 'node:module';

const stand = new URL('./native-client.cts', import.meta.url).href;

// Loaded before the runtime client, which is left as AWS published it.
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === './rapid-client.node'
      ? { url: stand, format: 'commonjs-typescript', shortCircuit: true }
      : next(specifier, context),
});
