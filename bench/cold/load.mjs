// Loads a bundle in this new process until its handler can be called; prints the milliseconds, and those of CPU. With
// an
// event, also prints the milliseconds of the first call.
const [file, event] = process.argv.slice(2);
const before = process.cpuUsage();
const started = performance.now();
const { handler } = await import(file);
const ms = performance.now() - started;
const { user, system } = process.cpuUsage(before);
if (typeof handler !== 'function') throw new Error(`${file} exports no handler`);
const called = performance.now();
if (event) await handler(JSON.parse(event), {});
const firstMs = performance.now() - called;
process.stdout.write(JSON.stringify({ ms, cpuMs: (user + system) / 1000, firstMs }));
