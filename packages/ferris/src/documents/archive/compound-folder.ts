/** A folder of a compound file, the root or one below it: what reads documents that are whole files also reads those that were put into others. */
export interface CompoundFolder {
  /** Names of the streams and folders in a folder; of this one for "". */
  names(folder?: string): string[];
  /** The bytes of a stream ("WordDocument", "folder/name"); null where there is none of that name. */
  stream(path: string): Uint8Array | null;
}

/** The folder at `path` in `outer`. */
export function folderIn(outer: CompoundFolder, path: string): CompoundFolder {
  return {
    names: (folder = "") => outer.names(folder === "" ? path : `${path}/${folder}`),
    stream: (name) => outer.stream(`${path}/${name}`),
  };
}
