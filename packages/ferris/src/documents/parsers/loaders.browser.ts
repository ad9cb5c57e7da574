/** The code of those parsers that run in a page: none that needs a ZIP archive, a grammar or OCR. The others' files are told by name. */
import type { Parse } from "./parser.ts";

/** By the parser's type. */
export const loaders: Readonly<Record<string, (() => Promise<Parse>) | undefined>> = {
  markdown: async () => (await import("./markdown/markdown.ts")).parseMarkdown,
  html: async () => (await import("./html/html.ts")).parseHtml,
  bookmarks: async () => (await import("./bookmarks.ts")).parseBookmarks,
  xml: async () => (await import("./xml.ts")).parseXml,
  pdf: async () => (await import("./pdf/parse-pdf.ts")).parsePdf,
  csv: async () => (await import("./csv/csv.ts")).parseCsv,
  json: async () => (await import("./json/json.ts")).parseJson,
  jsonl: async () => (await import("./json/json.ts")).parseJsonLines,
  notebook: async () => (await import("./notebook/notebook.ts")).parseNotebook,
  canvas: async () => (await import("./canvas.ts")).parseCanvas,
  calendar: async () => (await import("./calendar.ts")).parseCalendar,
  contacts: async () => (await import("./contacts.ts")).parseContacts,
  subtitles: async () => (await import("./subtitles.ts")).parseSubtitles,
  latex: async () => (await import("./latex/latex.ts")).parseLatex,
  "restructured-text": async () => (await import("./restructured-text/restructured-text.ts")).parseRestructuredText,
  asciidoc: async () => (await import("./asciidoc.ts")).parseAsciiDoc,
  org: async () => (await import("./org.ts")).parseOrg,
  bibliography: async () => (await import("./bibliography.ts")).parseBibliography,
  translations: async () => (await import("./translations.ts")).parseTranslations,
  text: async () => (await import("./text.ts")).parseText,
};

/** There is no OCR in a page. */
export const loadScans = null;
