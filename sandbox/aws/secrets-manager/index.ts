import { type Handle, unknownOperation } from '../serve.ts';
import { createOperations } from './operations.ts';
import { openSecrets } from './secrets.ts';

/** Secrets Manager in one JSON file that only its owner can read. */
export function openSecretsManager({ file }: { file: string }): { handle: Handle } {
  const operations = createOperations(openSecrets(file));
  return {
    handle(operation, input) {
      if (!Object.hasOwn(operations, operation)) throw unknownOperation(operation);
      // The SDK is trusted to send the shape that the operation declares.
      const run = operations[operation as keyof typeof operations] as (input: unknown) => unknown;
      return run(input);
    },
  };
}
