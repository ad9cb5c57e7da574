/**
 * Names of a ZIP file's entries. Only those that are marked as UTF-8, or bring their Unicode form along, say what they are in; the others
 * are in the code page of the machine that made the archive. All of them are in the same one, so they are judged together.
 */
import { isUtf8 } from "#platform/bytes";
import { charsetCandidates } from "#platform/charset-detector";
import { charsetOf, decodeLoosely, decodeStrictly } from "../decode/charset.ts";
import { detectCharset } from "../decode/detect-charset.ts";

export interface RawName {
  readonly bytes: Uint8Array;
  /** Marked so in the directory. */
  readonly isUtf8: boolean;
  /** What Info-ZIP and its kin write beside a name in a code page. */
  readonly unicode: string | null;
}

/** More do not tell more. */
const mostSample = 2 ** 14;

/** What DOS and Windows have in the West, the older first; the second has letters where the first draws lines. */
const western = ["ibm437", "ibm850"] as const;

/** The names in their order, with forward slashes; `charset`: what those are read as that do not say, null where all do. */
export function decodedNames(raw: readonly RawName[]): { readonly names: string[]; readonly charset: string | null } {
  const silent = raw.filter(({ bytes, isUtf8: isMarked, unicode }) => unicode === null && !isMarked && !isUtf8(bytes));
  const charset = silent.length === 0 ? null : charsetOfNames(silent.map(({ bytes }) => bytes));
  const names = raw.map((name) => {
    const { bytes, isUtf8: isMarked, unicode } = name;
    if (unicode !== null) return unicode;
    return isMarked || isUtf8(bytes) ? new TextDecoder().decode(bytes) : decodeLoosely(bytes, charset!);
  });
  return { names: names.map((name) => name.replaceAll("\\", "/")), charset };
}

/** What DOS and Windows have in the East, in old archives of which nothing else is known. */
const eastern = /^(?:shift_jis|gbk|gb18030|big5|euc-kr|euc-jp|ibm866|windows-1251)$/;

function charsetOfNames(names: readonly Uint8Array[]): string {
  const sample = joined(names);
  const sure = detectCharset(sample);
  if (sure !== null) return sure;
  const page = western.find((name) => isWestern(decodeLoosely(sample, name)));
  if (page !== undefined) return page;
  const likely = charsetCandidates(sample)
    .map(({ encoding }) => charsetOf(encoding ?? ""))
    .find((charset) => charset !== null && eastern.test(charset) && decodeStrictly(sample, charset) !== null);
  return likely ?? western[0];
}

/** Whether words have a few letters beyond ASCII, all Latin and in the case of their neighbours, and no lines of tables. */
function isWestern(text: string): boolean {
  if (/[^\x00-\x7f\p{Script=Latin}]/u.test(text) || /\p{Ll}[^\x00-\x7f\P{Lu}]/u.test(text)) return false;
  return text.split(/[^\p{L}]+/u).every((word) => {
    const beyond = word.match(/[^\x00-\x7f]/g)?.length ?? 0;
    return beyond <= Math.max(1, word.length / 2);
  });
}

function joined(names: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(mostSample);
  let at = 0;
  for (const name of names) {
    if (at + name.length + 1 > mostSample) break;
    bytes.set(name, at);
    bytes[at + name.length] = 0x0a;
    at += name.length + 1;
  }
  return bytes.subarray(0, at);
}
