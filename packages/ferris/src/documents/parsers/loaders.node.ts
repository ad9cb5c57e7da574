/** The code of each parser, imported when a file needs it, so that nobody pays for formats they do not have. */
import type { Parse } from "./parser.ts";

/** By the parser's type. */
export const loaders: Readonly<Record<string, (() => Promise<Parse>) | undefined>> = {
  markdown: async () => (await import("./markdown/markdown.ts")).parseMarkdown,
  "source-code": async () => (await import("./source-code/source-code.ts")).parseSourceCode,
  html: async () => (await import("./html/html.ts")).parseHtml,
  xml: async () => (await import("./xml.ts")).parseXml,
  pdf: async () => (await import("./pdf/parse-pdf.ts")).parsePdf,
  image: async () => (await import("./image.ts")).parseImage,
  docx: async () => (await import("./word/docx.ts")).parseDocx,
  pptx: async () => (await import("./slides/pptx.ts")).parsePptx,
  xlsx: async () => (await import("./spreadsheet/xlsx.ts")).parseXlsx,
  opendocument: async () => (await import("./opendocument/open-document.ts")).parseOpenDocument,
  doc: async () => (await import("./legacy/legacy-parser.ts")).legacyParser("doc"),
  xls: async () => (await import("./legacy/legacy-parser.ts")).legacyParser("xls"),
  ppt: async () => (await import("./legacy/legacy-parser.ts")).legacyParser("ppt"),
  iwork: async () => (await import("./iwork.ts")).parseIWork,
  zip: async () => (await import("./zip.ts")).parseZip,
  gzip: async () => (await import("./gzip.ts")).parseGzip,
  rtf: async () => (await import("./rtf/rtf.ts")).parseRtf,
  epub: async () => (await import("./epub/epub.ts")).parseEpub,
  csv: async () => (await import("./csv/csv.ts")).parseCsv,
  json: async () => (await import("./json/json.ts")).parseJson,
  jsonl: async () => (await import("./json/json.ts")).parseJsonLines,
  notebook: async () => (await import("./notebook/notebook.ts")).parseNotebook,
  mhtml: async () => (await import("./mail/mhtml.ts")).parseMhtml,
  webarchive: async () => (await import("./mail/mhtml.ts")).parseWebArchive,
  canvas: async () => (await import("./canvas.ts")).parseCanvas,
  email: async () => (await import("./mail/email.ts")).parseEml,
  outlook: async () => (await import("./mail/outlook.ts")).parseOutlook,
  mailbox: async () => (await import("./mail/email.ts")).parseMbox,
  calendar: async () => (await import("./calendar.ts")).parseCalendar,
  contacts: async () => (await import("./contacts.ts")).parseContacts,
  subtitles: async () => (await import("./subtitles.ts")).parseSubtitles,
  latex: async () => (await import("./latex/latex.ts")).parseLatex,
  "restructured-text": async () => (await import("./restructured-text.ts")).parseRestructuredText,
  asciidoc: async () => (await import("./asciidoc.ts")).parseAsciiDoc,
  org: async () => (await import("./org.ts")).parseOrg,
  bibliography: async () => (await import("./bibliography.ts")).parseBibliography,
  translations: async () => (await import("./translations.ts")).parseTranslations,
  text: async () => (await import("./text.ts")).parseText,
};

/** Reads pictures in a PDF. */
export const loadScans = async () => (await import("./pdf/scans.ts")).withScans;
