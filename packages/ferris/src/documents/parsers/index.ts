/**
 * The formats that ferris reads, and which parser takes a file: by its first bytes, then by its extension, else as text.
 *
 * A new format gets an entry here (CONTRIBUTING.md, "Adding a parser"). Files and folders beside this one that no entry names are what several
 * formats share.
 */
import { basename } from "node:path";
import { extensionOf } from "../walk/left-out.ts";
import { pictureExtensions } from "../walk/left-out.ts";
import type { ParserEntry, ParserInput } from "./parser.ts";
import { isExcel2003, isSingleWordFile } from "./single-xml.ts";
import { languageOfScript, languages } from "./source-code/languages.ts";

const text: ParserEntry = {
  type: "text",
  version: 1,
  extensions: ["txt", "text", "log"],
  load: async () => (await import("./text.ts")).parseText,
};

export const parsers: readonly ParserEntry[] = [
  {
    type: "markdown",
    version: 2,
    extensions: ["md", "markdown", "mdx", "mdown", "mkd", "qmd", "rmd"],
    load: async () => (await import("./markdown/markdown.ts")).parseMarkdown,
  },
  {
    type: "source-code",
    version: 2,
    extensions: Object.keys(languages),
    recognises: (head) => languageOfScript(beginning(head)) !== undefined,
    load: async () => (await import("./source-code/source-code.ts")).parseSourceCode,
  },
  {
    type: "html",
    version: 4,
    extensions: ["html", "htm", "xhtml", "xht", "shtml"],
    recognises: (head) =>
      /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^]*?-->\s*)*<(?:!doctype html|html)[\s>]/i.test(beginning(head)),
    load: async () => (await import("./html/html.ts")).parseHtml,
  },
  {
    type: "xml",
    version: 2,
    extensions:
      "xml svg fb2 enex opml rss atom dbk docbook dita ditamap tei jats nxml gpx kml plist wsdl xsd xsl xslt".split(
        " ",
      ),
    // Mind maps share their extension with Objective-C++.
    recognises: (head) => /^\s*(?:<\?xml[^>]*>\s*)?<map\s+version=/.test(beginning(head)),
    load: async () => (await import("./xml.ts")).parseXml,
  },
  {
    type: "pdf",
    version: 7,
    readsPictures: true,
    extensions: ["pdf"],
    recognises: (head) => beginning(head).includes("%PDF-"),
    load: async () => (await import("./pdf/parse-pdf.ts")).parsePdf,
  },
  {
    type: "image",
    version: 1,
    readsPictures: true,
    extensions: pictureExtensions,
    load: async () => (await import("./image.ts")).parseImage,
  },
  {
    type: "docx",
    version: 5,
    extensions: ["docx", "docm", "dotx", "dotm"],
    recognises: (head) => isSingleWordFile(beginning(head)),
    load: async () => (await import("./word/docx.ts")).parseDocx,
  },
  {
    type: "pptx",
    version: 3,
    extensions: ["pptx", "pptm", "ppsx", "ppsm", "potx", "potm"],
    load: async () => (await import("./slides/pptx.ts")).parsePptx,
  },
  {
    type: "xlsx",
    version: 3,
    extensions: ["xlsx", "xlsm", "xltx", "xltm"],
    recognises: (head) => isExcel2003(beginning(head)),
    load: async () => (await import("./spreadsheet/xlsx.ts")).parseXlsx,
  },
  {
    type: "opendocument",
    version: 5,
    extensions: ["odt", "ods", "odp", "odg", "ott", "ots", "otp", "otg", "fodt", "fods", "fodp", "fodg"],
    recognises: (head) => /<office:document[\s>]/.test(beginning(head)),
    load: async () => (await import("./opendocument/open-document.ts")).parseOpenDocument,
  },
  {
    type: "doc",
    version: 1,
    extensions: ["doc"],
    load: async () => (await import("./legacy/legacy-parser.ts")).legacyParser("doc"),
  },
  {
    type: "xls",
    version: 1,
    extensions: ["xls", "xlt"],
    load: async () => (await import("./legacy/legacy-parser.ts")).legacyParser("xls"),
  },
  {
    type: "ppt",
    version: 1,
    extensions: ["ppt", "pps"],
    load: async () => (await import("./legacy/legacy-parser.ts")).legacyParser("ppt"),
  },
  {
    type: "iwork",
    version: 1,
    extensions: ["pages", "numbers", "key"],
    load: async () => (await import("./iwork.ts")).parseIWork,
  },
  {
    type: "zip",
    version: 2,
    readsPictures: true,
    extensions: ["zip"],
    load: async () => (await import("./zip.ts")).parseZip,
  },
  {
    type: "gzip",
    version: 1,
    extensions: ["gz"],
    load: async () => (await import("./gzip.ts")).parseGzip,
  },
  {
    type: "rtf",
    version: 1,
    extensions: ["rtf"],
    recognises: (head) => beginning(head).startsWith("{\\rtf"),
    load: async () => (await import("./rtf/rtf.ts")).parseRtf,
  },
  {
    type: "epub",
    version: 4,
    extensions: ["epub"],
    load: async () => (await import("./epub/epub.ts")).parseEpub,
  },
  {
    type: "csv",
    version: 2,
    extensions: ["csv", "tsv"],
    load: async () => (await import("./csv/csv.ts")).parseCsv,
  },
  {
    type: "json",
    version: 3,
    extensions: ["json", "json5", "jsonc", "geojson"],
    load: async () => (await import("./json/json.ts")).parseJson,
  },
  {
    type: "jsonl",
    version: 3,
    extensions: ["jsonl", "ndjson"],
    load: async () => (await import("./json/json.ts")).parseJsonLines,
  },
  {
    type: "notebook",
    version: 3,
    extensions: ["ipynb"],
    load: async () => (await import("./notebook/notebook.ts")).parseNotebook,
  },
  {
    type: "mhtml",
    version: 2,
    extensions: ["mht", "mhtml"],
    recognises: (head) => isSavedPage(beginning(head)),
    load: async () => (await import("./mail/mhtml.ts")).parseMhtml,
  },
  {
    type: "webarchive",
    version: 2,
    extensions: ["webarchive"],
    load: async () => (await import("./mail/mhtml.ts")).parseWebArchive,
  },
  {
    type: "canvas",
    version: 1,
    extensions: ["canvas"],
    load: async () => (await import("./canvas.ts")).parseCanvas,
  },
  {
    type: "email",
    version: 4,
    readsPictures: true,
    extensions: ["eml", "emlx"],
    recognises: (head) => isMessage(beginning(head)),
    load: async () => (await import("./mail/email.ts")).parseEml,
  },
  {
    type: "outlook",
    version: 1,
    extensions: ["msg"],
    load: async () => (await import("./mail/outlook.ts")).parseOutlook,
  },
  {
    type: "mailbox",
    version: 4,
    readsPictures: true,
    extensions: ["mbox"],
    recognises: (head) => mailboxBegins.test(beginning(head)),
    load: async () => (await import("./mail/email.ts")).parseMbox,
  },
  {
    type: "calendar",
    version: 1,
    extensions: ["ics", "ical", "ifb", "vcs"],
    recognises: (head) => /^\s*BEGIN:VCALENDAR\s/i.test(beginning(head)),
    load: async () => (await import("./calendar.ts")).parseCalendar,
  },
  {
    type: "contacts",
    version: 1,
    extensions: ["vcf", "vcard"],
    recognises: (head) => /^\s*BEGIN:VCARD\s/i.test(beginning(head)),
    load: async () => (await import("./contacts.ts")).parseContacts,
  },
  {
    type: "subtitles",
    version: 1,
    extensions: ["srt", "vtt"],
    load: async () => (await import("./subtitles.ts")).parseSubtitles,
  },
  {
    type: "latex",
    version: 2,
    extensions: ["tex", "latex", "ltx"],
    load: async () => (await import("./latex/latex.ts")).parseLatex,
  },
  {
    type: "restructured-text",
    version: 1,
    extensions: ["rst"],
    load: async () => (await import("./restructured-text.ts")).parseRestructuredText,
  },
  {
    type: "asciidoc",
    version: 1,
    extensions: ["adoc", "asciidoc"],
    load: async () => (await import("./asciidoc.ts")).parseAsciiDoc,
  },
  {
    type: "org",
    version: 1,
    extensions: ["org"],
    load: async () => (await import("./org.ts")).parseOrg,
  },
  {
    type: "bibliography",
    version: 1,
    extensions: ["bib", "ris"],
    load: async () => (await import("./bibliography.ts")).parseBibliography,
  },
  {
    type: "translations",
    version: 1,
    extensions: ["po"],
    load: async () => (await import("./translations.ts")).parseTranslations,
  },
  text,
];

/** "From SENDER DATE" and a header. Patches that git wrote begin so too, with a commit for the sender: those are not mail yet. */
const mailboxBegins =
  /^From (?![\da-f]{40} )\S+ +[^\n]*\b\d{1,2}:\d{2}\b[^\n]*\b\d{4}\b[^\n]*\n(?:>From [^\n]*\n)?[A-Za-z][\w-]*:/;

/** Headers of a message that was sent, as files of a Maildir begin: notes with "From:" and "Subject:" on top are none yet. */
function isMessage(head: string): boolean {
  const headers =
    /^(?:[A-Za-z][\w-]*:[^\n]*\n(?:[ \t]+[^\n]*\n)*)+/.exec(`${head.replaceAll("\r\n", "\n")}\n`)?.[0] ?? "";
  const has = (names: string) => new RegExp(`^(?:${names}):`, "im").test(headers);
  return has("From|Sender") && has("Received|Message-ID|Return-Path|Delivered-To|MIME-Version");
}

/** A page in the form of a message: browsers say so in their first lines. */
function isSavedPage(head: string): boolean {
  return (
    /^(?:From: ?<?Saved by |Snapshot-Content-Location:)/im.test(head) &&
    /^Content-Type: ?multipart\/related/im.test(head) &&
    /^[A-Za-z-]+:/.test(head)
  );
}

/** The first bytes as text, for looking at; not decoded. */
function beginning(head: Uint8Array): string {
  return Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 1024))
    .toString("latin1")
    .replace(/^\xef\xbb\xbf/, "");
}

const byExtension = new Map(parsers.flatMap((parser) => parser.extensions.map((extension) => [extension, parser])));

/** Names as mail servers give them: a time, what makes it unique, and after ":2," how it was read. */
const isInMaildir = /(?:[\\/](?:cur|new)[\\/]\d{6,}\.[^\\/]+|[\\/]\d{6,}\.[^\\/]+:2,[A-Za-z]*)$/;
const isHeader = /^[A-Za-z][\w-]*:/;

/** The parser for a file; `head` are its first bytes (a few hundred do). */
export function parserFor(path: string, head: Uint8Array): ParserEntry {
  const known = parsers.find((parser) => parser.recognises?.(head));
  if (known) return known;
  const type = isInMaildir.test(path) && isHeader.test(beginning(head)) ? "eml" : extensionOf(basename(path));
  return byExtension.get(type) ?? text;
}

/** What a document's type, parser and the parser's version are called together. */
export function parserRecipe(parser: ParserEntry, ocr?: ParserInput["ocr"]): string {
  const pictures = parser.readsPictures === true && Array.isArray(ocr) ? `+ocr:${ocr.join("+")}` : "";
  return `${parser.type}@${parser.version}${pictures}`;
}
