// Only syntax that every Node since 14 reads stands here, so that a Node too old is told so and not shown a parse error.
const [major] = process.versions.node.split('.');

if (Number(major) < 20) {
  console.error(`longshore: needs Node 20 or newer to install itself; this is Node ${process.versions.node}.`);
  process.exitCode = 1;
} else {
  import('./commands.mjs').then(({ runCommand }) => runCommand(process.argv.slice(2)));
}
