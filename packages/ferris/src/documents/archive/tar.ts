/**
 * Files inside a tar file: names and bytes, which are slices of it. Long names and sizes are taken where GNU's tar and POSIX (pax) put them.
 * Links, devices and what else is no file is passed over. Of one that is damaged, or ends early, what is there is read, as tar itself does.
 */
import { latin1 } from "#platform/bytes";
import { DocumentError } from "../../errors.ts";

const block = 512;
/** An archive of more is a program or data. */
const mostEntries = 100_000;
/** Links, devices and folders: whatever size their headers say, nothing follows. */
const isBare = /[1-6]/;
/** Of a name, or of what pax says of a file. */
const longestHeader = 2 ** 16;
const mostWarnings = 10;

/** Whether the bytes begin with a header of a tar file: its sum is right. */
export function isTar(bytes: Uint8Array): boolean {
  return bytes.length >= block && hasSum(bytes.subarray(0, block));
}

export interface TarContent {
  /** By name, in the file's order, with forward slashes; of files of one name the last, as when they are unpacked. */
  readonly files: Map<string, Uint8Array>;
  /** What is missing: a sentence for each place. */
  readonly warnings: readonly string[];
}

/** Throws DocumentError for what does not begin as a tar file does. */
export function readTar(bytes: Uint8Array): TarContent {
  const files = new Map<string, Uint8Array>();
  const warnings: string[] = [];
  let long: { name?: string; size?: number } = {};
  let count = 0;
  for (let at = 0; at < bytes.length;) {
    if (at + block > bytes.length) {
      if (count === 0) throw new DocumentError("damaged", "not a tar file");
      warnings.push("it ends in the middle of a header: what would follow is missing");
      break;
    }
    const header = bytes.subarray(at, at + block);
    if (header.every((byte) => byte === 0)) break;
    if (!hasSum(header)) {
      if (count === 0) throw new DocumentError("damaged", "not a tar file");
      const next = nextHeader(bytes, at + block);
      if (warnings.length < mostWarnings)
        warnings.push(
          `it is damaged at byte ${at}: ${next < 0 ? "nothing behind it is read" : `nothing up to byte ${next} is read`}`,
        );
      long = {};
      if (next < 0) return { files, warnings };
      at = next;
      continue;
    }
    if (++count > mostEntries) throw new DocumentError("binary", `more than ${mostEntries} files in it`);
    const kind = String.fromCharCode(header[156]!);
    const size = isBare.test(kind) ? 0 : /[LKxg]/.test(kind) ? sizeOf(header) : (long.size ?? sizeOf(header));
    const start = at + block;
    if (!Number.isSafeInteger(size) || size < 0) throw new DocumentError("damaged", `it is damaged at byte ${at}`);
    if (start + size > bytes.length) {
      warnings.push(`it ends in the middle of ${long.name ?? nameOf(header)}: what would follow is missing`);
    }
    const content = bytes.subarray(start, start + size);
    at = start + Math.ceil(size / block) * block;
    if (kind === "L") long.name = textOf(content.subarray(0, longestHeader));
    else if (kind === "x") long = { ...long, ...fromPax(content.subarray(0, longestHeader)) };
    else if (kind !== "g" && kind !== "K") {
      // "0", and what old programs leave empty; "7" is a file in one piece.
      if (/[0\0 7]/.test(kind)) {
        const name = (long.name ?? nameOf(header)).replaceAll("\\", "/");
        if (!name.endsWith("/")) files.set(name, content);
      }
      long = {};
    }
  }
  return { files, warnings };
}

/** The next block that is a header; -1 where none is. */
function nextHeader(bytes: Uint8Array, from: number): number {
  for (let at = from; at + block <= bytes.length; at += block) if (hasSum(bytes.subarray(at, at + block))) return at;
  return -1;
}

function nameOf(header: Uint8Array): string {
  const name = textOf(header.subarray(0, 100));
  const isPosix = latin1(header.subarray(257, 263)) === "ustar\0";
  const prefix = isPosix ? textOf(header.subarray(345, 500)) : "";
  return prefix === "" ? name : `${prefix}/${name}`;
}

/** Up to the first NUL; in UTF-8, as every program of today has it, or else as it was in the West. */
function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  const own = end < 0 ? bytes : bytes.subarray(0, end);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(own);
  } catch {
    return latin1(own);
  }
}

/** In octal digits, or in bytes where those are too few. */
function sizeOf(header: Uint8Array): number {
  if ((header[124]! & 0x80) === 0) return Number.parseInt(latin1(header.subarray(124, 136)).trim() || "0", 8);
  return header.subarray(125, 136).reduce((size, byte) => size * 256 + byte, header[124]! & 0x7f);
}

/** Lines of "LENGTH KEY=VALUE". */
function fromPax(content: Uint8Array): { name?: string; size?: number } {
  const found: { name?: string; size?: number } = {};
  for (let at = 0; at < content.length;) {
    const length = Number.parseInt(latin1(content.subarray(at, at + 20)), 10);
    if (!(length > 0)) break;
    const [, key, value] = /^\d+ ([^=]+)=([^]*)\n$/.exec(textOf(content.subarray(at, at + length))) ?? [];
    if (key === "path") found.name = value!;
    if (key === "size") found.size = Number(value);
    at += length;
  }
  return found;
}

/** The sum of a header's bytes, where the field of the sum counts as spaces. */
function hasSum(header: Uint8Array): boolean {
  const written = Number.parseInt(latin1(header.subarray(148, 156)).replaceAll("\0", " ").trim(), 8);
  let sum = 0;
  for (let at = 0; at < block; at++) sum += at >= 148 && at < 156 ? 0x20 : header[at]!;
  return written === sum;
}
