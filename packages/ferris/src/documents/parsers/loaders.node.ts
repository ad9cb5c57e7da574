/** The code of each parser, imported when a file needs it, so that nobody pays for formats they do not have: those of a page, and these. */
import { loaders as loadersEverywhere } from "./loaders.browser.ts";
import type { Parse } from "./parser.ts";

/** By the parser's type. */
export const loaders: Readonly<Record<string, (() => Promise<Parse>) | undefined>> = {
  ...loadersEverywhere,
  "source-code": async () => (await import("./source-code/source-code.ts")).parseSourceCode,
  image: async () => (await import("./image.ts")).parseImage,
  docx: async () => (await import("./word/docx.ts")).parseDocx,
  pptx: async () => (await import("./slides/pptx.ts")).parsePptx,
  xlsx: async () => (await import("./spreadsheet/xlsx.ts")).parseXlsx,
  opendocument: async () => (await import("./opendocument/open-document.ts")).parseOpenDocument,
  doc: async () => (await import("./legacy/legacy-parser.ts")).legacyParser("doc"),
  xls: async () => (await import("./legacy/legacy-parser.ts")).legacyParser("xls"),
  ppt: async () => (await import("./legacy/legacy-parser.ts")).legacyParser("ppt"),
  iwork: async () => (await import("./iwork/iwork.ts")).parseIWork,
  zip: async () => (await import("./zip.ts")).parseZip,
  tar: async () => (await import("./zip.ts")).parseTar,
  gzip: async () => (await import("./gzip.ts")).parseGzip,
  rtf: async () => (await import("./rtf/rtf.ts")).parseRtf,
  epub: async () => (await import("./epub/epub.ts")).parseEpub,
  mhtml: async () => (await import("./mail/mhtml.ts")).parseMhtml,
  webarchive: async () => (await import("./mail/mhtml.ts")).parseWebArchive,
  email: async () => (await import("./mail/email.ts")).parseEml,
  outlook: async () => (await import("./mail/outlook.ts")).parseOutlook,
  mailbox: async () => (await import("./mail/email.ts")).parseMbox,
};

/** Reads pictures in a PDF. */
export const loadScans = async () => (await import("./pdf/scans.ts")).withScans;
