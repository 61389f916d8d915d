/** Written by `console/build.ts`; nothing of it is checked in. */
declare module '#console/files.json' {
  const built: import('./console.ts').ConsoleFiles;
  export default built;
}
