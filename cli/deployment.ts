import { readFileSync } from 'node:fs';

/** Makes the names of a deployment's table, queues and secrets this process's environment, as its functions have them. */
export function loadDeployment(outputs: string): void {
  let environment: Record<string, string> | undefined;
  try {
    environment = (JSON.parse(readFileSync(outputs, 'utf8')) as { environment?: Record<string, string> }).environment;
  } catch {
    // Told below, as for a file without the names.
  }
  if (!environment)
    throw new Error(`${outputs} does not name a deployment: run sst deploy first, or point --outputs at its outputs`);
  for (const [name, value] of Object.entries(environment)) process.env[name] ??= value;
}
