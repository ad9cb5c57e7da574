/**
 * The list of tracked files out of git's index file, versions 2 to 4.
 *
 * Only names are read. A file that is not as git writes it, or that refers to another one (a split index), gives null: not known.
 */

const fixedBytes = 62;
const extendedFlag = 0x4000;
const longestPath = 4_096;
const mostFiles = 2_000_000;

export function trackedPaths(file: Buffer): ReadonlySet<string> | null {
  if (file.length < 12 || file.toString("latin1", 0, 4) !== "DIRC") return null;
  const version = file.readUInt32BE(4);
  const count = file.readUInt32BE(8);
  if (version < 2 || version > 4 || count > Math.min(mostFiles, file.length / fixedBytes)) return null;
  const paths = new Set<string>();
  let at = 12;
  let previous = Buffer.alloc(0);
  for (let i = 0; i < count; i++) {
    const start = at;
    at += fixedBytes;
    if (at + 2 > file.length) return null;
    if (version > 2 && (file.readUInt16BE(start + 60) & extendedFlag) !== 0) at += 2;
    let kept = 0;
    if (version === 4) {
      const number = variable(file, at);
      if (number === null) return null;
      at = number.end;
      kept = previous.length - number.value;
    }
    const end = file.indexOf(0, at);
    // In version 4 a name goes on from the one before: a made-up file could make them grow without end.
    if (end < 0 || kept < 0 || kept + end - at > longestPath) return null;
    const name = Buffer.concat([previous.subarray(0, kept), file.subarray(at, end)]);
    paths.add(name.toString());
    previous = name;
    // Entries before version 4 are filled up to a multiple of eight bytes.
    at = version === 4 ? end + 1 : start + ((end - start + 8) & ~7);
  }
  return hasLink(file, at) ? null : paths;
}

/** git's variable width numbers, as its packs have them for offsets. */
function variable(file: Buffer, start: number): { value: number; end: number } | null {
  let at = start;
  let byte = file[at++];
  let value = byte & 0x7f;
  while (byte & 0x80) {
    if (at - start > 4 || at >= file.length) return null;
    byte = file[at++];
    value = (value + 1) * 128 + (byte & 0x7f);
  }
  return { value, end: at };
}

/** Whether an extension says that most entries are in another file. */
function hasLink(file: Buffer, start: number): boolean {
  for (let at = start; at + 8 <= file.length - 20; at += 8 + file.readUInt32BE(at + 4)) {
    if (file.toString("latin1", at, at + 4) === "link") return true;
  }
  return false;
}
