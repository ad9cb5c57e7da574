/**
 * What is said of documents that ferris has no way to read, by type: how many there are, and what would make them readable.
 *
 * Programs, archives of programs, sounds and the like are only counted; a person does not miss those in an index of documents.
 */
import { ocrInstallLine } from "../../documents/ocr/install-line.ts";
import type { UnreadType } from "../../indexing/report.ts";
import { grouped } from "../terminal/text.ts";

interface Advice {
  readonly extensions: readonly string[];
  readonly advice: string;
}

const advices: readonly Advice[] = [
  { extensions: ["msg", "pst", "ost"], advice: "save the messages as .eml or .mbox" },
  {
    extensions: ["wpd", "wp", "wp5", "wps", "wri", "mcw", "wn", "lwp", "sam", "sxw", "sdw", "hwp", "abw"],
    advice: "open them in LibreOffice, or in the program that made them, and save them as .docx or .odt",
  },
  {
    extensions: ["wk1", "wk3", "wk4", "wks", "123", "wb1", "wb2", "wb3", "qpw", "sxc", "sdc", "xlw"],
    advice: "open them in LibreOffice, or in the program that made them, and save them as .xlsx or .ods",
  },
  {
    extensions: ["sxi", "sdd", "shw", "pub", "vsd", "vsdx", "mpp", "one"],
    advice: "save them as PDF",
  },
  { extensions: ["mobi", "azw", "azw3", "djvu", "chm", "xps"], advice: "convert them to EPUB or PDF" },
  {
    extensions: ["png", "jpg", "jpeg", "tif", "tiff", "webp", "bmp"],
    advice: `text in pictures is read by OCR, where it is installed and on: ${ocrInstallLine()}`,
  },
  {
    extensions: ["heic", "heif", "avif"],
    advice: "save them as .jpg (heif-convert, or sips on a Mac) to have text in them read by OCR",
  },
  {
    extensions: ["zip", "7z", "rar", "tar", "tgz", "gz", "bz2", "xz"],
    advice: "unpack them to have what is in them read",
  },
  { extensions: ["mdb", "accdb", "db", "sqlite", "parquet"], advice: "export tables as .csv" },
];

/** A line for each kind of document that was left out for its type, the commonest first. */
export function unreadLines(unread: readonly UnreadType[]): string[] {
  const lines = advices.flatMap(({ extensions, advice }) => {
    const found = unread.filter(({ extension }) => extensions.includes(extension));
    if (found.length === 0) return [];
    const count = found.reduce((sum, type) => sum + type.count, 0);
    const names = found.map((type) => `${grouped(type.count)} .${type.extension}`).join(", ");
    return [{ count, line: `  ${names} ${count === 1 ? "file" : "files"}: ${advice}` }];
  });
  return lines.toSorted((a, b) => b.count - a.count).map(({ line }) => line);
}
