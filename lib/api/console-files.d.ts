/** Written by `console/build.ts`; none of it is checked in. */
declare module '#console/files.json' {
  const built: {
    /** The page that all screens share. */
    document: string;
    /** By path below `/console/`, in both compressions, as base64. */
    files: Readonly<Record<string, { type: string; br: string; gzip: string }>>;
  };
  export default built;
}
