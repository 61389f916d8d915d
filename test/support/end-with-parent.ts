// Preloaded into hubs that tests start: a hub must end with its test runner, however that ends.
process.on('disconnect', () => process.exit(1));
process.channel?.unref();
