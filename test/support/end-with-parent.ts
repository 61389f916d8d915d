// Preloaded into the hubs that tests start: one whose test runner is gone, however it went, must not stay behind.
process.on('disconnect', () => process.exit(1));
process.channel?.unref();
