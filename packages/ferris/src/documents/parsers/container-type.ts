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
const signature = { end: 0x06054b50, entry: 0x02014b50 } as const;
/** The end record and the longest comment after it. */
const longestEnd = 22 + 0xffff;
const mostEntries = 20_000;

/** Null for what is no such container, or holds something else. */
export function containedType(bytes: Uint8Array): ContainedType | null {
  if (isCompoundFile(bytes)) return inCompoundFile(bytes);
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b || bytes[2] !== 0x03 || bytes[3] !== 0x04) return null;
  const names = namesInArchive(bytes);
  const isPackage = names.some((name) => /^\[content_types\]\.xml$/i.test(name));
  const folder = names.map((name) => /^\/?(word|xl|ppt)[\\/]/i.exec(name)?.[1]?.toLowerCase()).find(Boolean);
  return isPackage && folder !== undefined ? folders[folder as keyof typeof folders] : "zip";
}

/** From the list at the archive's end, and from no list of an archive that is packed into it as it is: a workbook in slides. */
function namesInArchive(bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const signatureAt = (at: number) => (at >= 0 && at + 4 <= bytes.length ? view.getUint32(at, true) : 0);
  let end = bytes.length - 22;
  while (end >= 0 && end >= bytes.length - longestEnd && signatureAt(end) !== signature.end) end--;
  if (signatureAt(end) !== signature.end) return [];
  const names: string[] = [];
  // Bytes before the archive move its places; the list ends where this record begins. In ZIP64 two more stand between them.
  const places = [
    end - view.getUint32(end + 12, true),
    view.getUint32(end + 16, true),
    end - 76 - view.getUint32(end + 12, true),
  ];
  let at = places.find((place) => signatureAt(place) === signature.entry) ?? -1;
  while (signatureAt(at) === signature.entry && at + 46 <= bytes.length && names.length < mostEntries) {
    const [name, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [
      number,
      number,
      number,
    ];
    names.push(latin1(bytes.subarray(at + 46, at + 46 + name)));
    at += 46 + name + extra + comment;
  }
  return names;
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
