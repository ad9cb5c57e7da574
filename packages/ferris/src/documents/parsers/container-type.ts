/**
 * What is in a container of Office or Outlook, by what it holds and not by its name: letters that were saved without an extension, or with one of
 * their own. Decides from the list of what is inside alone; nothing is unpacked.
 */
import { latin1 } from "#platform/bytes";
import { CompoundFile, isCompoundFile } from "../archive/compound-file.ts";

export type ContainedType = "doc" | "xls" | "ppt" | "outlook" | "docx" | "xlsx" | "pptx" | "zip";

/** Of compound files: a stream or folder that only these have, in small letters. */
const streams: readonly (readonly [name: RegExp, type: ContainedType])[] = [
  [/^__properties_version1\.0$/, "outlook"],
  [/^worddocument$/, "doc"],
  [/^(?:workbook|book)$/, "xls"],
  [/^(?:powerpoint document|pp97_dualstorage)$/, "ppt"],
];
const folders = { word: "docx", xl: "xlsx", ppt: "pptx" } as const;
/** The list of a package's parts stands at its end. */
const listBytes = 1 << 17;

/** Null for what is no such container, or holds something else. */
export function containedType(bytes: Uint8Array): ContainedType | null {
  if (isCompoundFile(bytes)) return inCompoundFile(bytes);
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b || bytes[2] !== 0x03 || bytes[3] !== 0x04) return null;
  const list = latin1(bytes.subarray(-listBytes));
  const isPackage = /PK\x01\x02[^]{42}\[Content_Types\]\.xml/i.test(list);
  const folder = /PK\x01\x02[^]{42}(word|xl|ppt)[\\/]/i.exec(list)?.[1]?.toLowerCase();
  return isPackage && folder !== undefined ? folders[folder as keyof typeof folders] : "zip";
}

function inCompoundFile(bytes: Uint8Array): ContainedType | null {
  try {
    const names = new CompoundFile(bytes).names().map((name) => name.toLowerCase());
    return streams.find(([name]) => names.some((other) => name.test(other)))?.[1] ?? null;
  } catch {
    // A damaged one is named by whoever reads it.
    return null;
  }
}
