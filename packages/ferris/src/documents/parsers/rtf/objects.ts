/**
 * Files that were put into RTF as objects: hexadecimal digits of what the first version of OLE wrote, around a package or a compound file.
 */
import { isCompoundFile } from "../../archive/compound-file.ts";
import { ByteReader } from "../legacy/byte-reader.ts";
import { type EmbeddedFile, fileInObject, packagedFile, type UnreadObject } from "../office/embedded-object.ts";
import { formulaInObject } from "../office/equation-object.ts";

const mostFormulaDigits = 2 ** 20;

/** The file in an object; null for what holds none: pictures, links. */
export function fileInRtf(digits: string): EmbeddedFile | UnreadObject | null {
  const { name, data } = objectIn(digits);
  return name === "Package" ? packagedFile(data) : isCompoundFile(data) ? fileInObject(data) : null;
}

/** The formula in an object; "" where it is something else, or cannot be read. */
export function formulaInRtf(digits: string): string {
  if (digits.length > mostFormulaDigits) return "";
  const { name, data } = objectIn(digits);
  return /^(?:Equation|MathType)/i.test(name) ? (formulaInObject(data) ?? "") : "";
}

function objectIn(digits: string): { readonly name: string; readonly data: Uint8Array } {
  const bytes = Buffer.from(digits.replace(/[^\da-f]+/gi, ""), "hex");
  const reader = new ByteReader(bytes);
  // A version, the kind (2 for what is embedded), three texts with their lengths, and the length of the data.
  if (reader.u32(4) !== 2) return { name: "", data: new Uint8Array() };
  let at = 8;
  const name = reader.narrow(at + 4, Math.max(0, reader.u32(at) - 1));
  for (let text = 0; text < 3; text++) at += 4 + reader.u32(at);
  return { name, data: reader.slice(at + 4, Math.min(bytes.length, at + 4 + reader.u32(at))) };
}
