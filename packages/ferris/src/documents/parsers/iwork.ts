/**
 * Pages, Numbers and Keynote: the preview that they save beside their own format, which is a PDF of the whole document where the
 * author asked for it, and in older versions always.
 */
import { DocumentError } from "../../errors.ts";
import { Archive } from "../archive/archive.ts";
import type { ParsedDocument } from "../document.ts";
import type { ParserInput } from "./parser.ts";

export async function parseIWork({ bytes, inside }: ParserInput): Promise<ParsedDocument> {
  // Keys of cryptography bear the extension of Keynote.
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) throw new DocumentError("binary", "not of Pages, Numbers or Keynote");
  const archive = new Archive(bytes);
  const preview = archive.names.find((name) => /(?:^|\/)preview\.pdf$/i.test(name));
  if (preview === undefined) {
    throw new DocumentError(
      "no text",
      "there is no preview in it to read: export it as PDF or to Office's format to index it",
    );
  }
  const document = await inside.parse("/preview.pdf", archive.bytes(preview)!);
  return { ...document, type: "iwork" };
}
