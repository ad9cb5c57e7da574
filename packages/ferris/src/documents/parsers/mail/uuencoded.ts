/**
 * Files in the text of a message, as mail carried them before MIME: lines between "begin 644 NAME" and "end" (uuencode).
 */

export interface UuencodedFile {
  readonly name: string;
  /** What each of its lines stands for, and where in the text the line starts. */
  readonly lines: readonly { readonly bytes: Buffer; readonly at: number }[];
  /** Of the lines that hold it; UTF-16 offsets in the text, `end` is exclusive. */
  readonly start: number;
  readonly end: number;
}

const opening = /^begin [0-7]{3,4} ([^\r\n]{1,200})\r?\n/gm;

/** The files in `text`, in order. What only begins like one is text. */
export function uuencodedIn(text: string): UuencodedFile[] {
  const files: UuencodedFile[] = [];
  if (!text.includes("begin ")) return files;
  opening.lastIndex = 0;
  for (let found = opening.exec(text); found; found = opening.exec(text)) {
    const file = fileAt(text, opening.lastIndex);
    if (file === null) continue;
    files.push({ name: found[1]!.trim(), start: found.index, ...file });
    opening.lastIndex = file.end;
  }
  return files;
}

/** Null where a line is not of the code, or there is no "end". */
function fileAt(text: string, start: number): Pick<UuencodedFile, "lines" | "end"> | null {
  const lines: { bytes: Buffer; at: number }[] = [];
  for (let at = start; at < text.length;) {
    const newline = text.indexOf("\n", at);
    const next = newline < 0 ? text.length : newline + 1;
    // A mail program may have cut spaces off the end of a line.
    const line = text.slice(at, Math.min(next, at + 200)).trimEnd();
    if (line === "end") return { lines, end: next };
    const bytes = decoded(line);
    if (bytes === null) return null;
    lines.push({ bytes, at });
    at = next;
  }
  return null;
}

/** The first character says how many bytes there are, every four after it are three of them. */
function decoded(line: string): Buffer | null {
  if (line === "") return Buffer.alloc(0);
  if (!/^[ -`]+$/.test(line)) return null;
  const valueAt = (at: number) => (at < line.length ? (line.charCodeAt(at) - 32) & 63 : 0);
  const length = valueAt(0);
  const characters = Math.ceil(length / 3) * 4;
  if (length > 45 || line.length > characters + 2) return null;
  const bytes = Buffer.alloc((characters / 4) * 3);
  for (let group = 0; group * 3 < length; group++) {
    let bits = 0;
    for (let i = 1; i <= 4; i++) bits = bits * 64 + valueAt(4 * group + i);
    bytes.writeUIntBE(bits, 3 * group, 3);
  }
  return bytes.subarray(0, length);
}
