/** The writer of `midi-file` alone. */
declare module "midi-file/lib/midi-writer.js" {
  import type { writeMidi } from "midi-file";
  const write: typeof writeMidi;
  export default write;
}
