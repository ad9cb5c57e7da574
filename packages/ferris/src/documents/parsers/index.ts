/**
 * The formats that ferris reads, and which parser takes a file: by its first bytes, then by its extension, else as text.
 *
 * A new format gets an entry here, and its code in loaders.browser.ts, or in loaders.node.ts where it needs Node (CONTRIBUTING.md, "Adding a parser"). Files and folders
 * beside this one that no entry names are what several formats share: sections.ts for those with headings, content-lines.ts for calendars and contacts.
 */
import { latin1 } from "#platform/bytes";
import { basename } from "#platform/paths";
import { containedType } from "./container-type.ts";
import { isOfMacintosh } from "./legacy/older-formats.ts";
import { extensionOf } from "../walk/left-out.ts";
import { pictureExtensions } from "../walk/left-out.ts";
import type { ParserEntry, ParserInput } from "./parser.ts";
import { isExcel2003, isSingleWordFile } from "./single-xml.ts";
import { languageOfScript, languages } from "./source-code/languages.ts";

const text: ParserEntry = {
  type: "text",
  version: 1,
  isPlainText: true,
  isQuick: true,
  extensions: ["txt", "text", "log"],
};

export const parsers: readonly ParserEntry[] = [
  {
    type: "markdown",
    version: 4,
    isPlainText: true,
    isQuick: true,
    extensions: ["md", "markdown", "mdx", "mdown", "mkd", "qmd", "rmd"],
  },
  {
    type: "source-code",
    version: 2,
    isPlainText: true,
    isData: true,
    extensions: Object.keys(languages),
    recognises: (head) => languageOfScript(beginning(head)) !== undefined,
  },
  {
    type: "html",
    version: 9,
    extensions: ["html", "htm", "xhtml", "xht", "shtml"],
    // A comment ends at its first "-->": one that might end at any of them has as many readings as there are ways to pair them.
    recognises: (head) =>
      /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->)[^])*-->\s*)*<(?:!doctype html|html)[\s>]/i.test(beginning(head)),
  },
  {
    type: "bookmarks",
    version: 1,
    extensions: [],
    recognises: (head) => /^\s*<!doctype netscape-bookmark-file-1>/i.test(beginning(head)),
  },
  {
    type: "xml",
    version: 5,
    extensions:
      "xml svg fb2 enex opml rss atom dbk docbook dita ditamap tei jats nxml gpx kml plist wsdl xsd xsl xslt".split(
        " ",
      ),
    // Mind maps share their extension with Objective-C++.
    recognises: (head) => /^\s*(?:<\?xml[^>]*>\s*)?<map\s+version=/.test(beginning(head)),
  },
  {
    type: "pdf",
    version: 12,
    readsPictures: true,
    extensions: ["pdf"],
    recognises: (head) => beginning(head).includes("%PDF-"),
  },
  {
    type: "image",
    version: 2,
    readsPictures: true,
    extensions: pictureExtensions,
  },
  {
    type: "docx",
    version: 13,
    extensions: ["docx", "docm", "dotx", "dotm"],
    recognises: (head) => isSingleWordFile(beginning(head)),
  },
  {
    type: "pptx",
    version: 7,
    extensions: ["pptx", "pptm", "ppsx", "ppsm", "potx", "potm"],
  },
  {
    type: "xlsx",
    version: 11,
    extensions: ["xlsx", "xlsm", "xltx", "xltm", "xlsb"],
    recognises: (head) => isExcel2003(beginning(head)),
  },
  {
    type: "opendocument",
    version: 11,
    extensions: ["odt", "ods", "odp", "odg", "ott", "ots", "otp", "otg", "fodt", "fods", "fodp", "fodg"],
    recognises: (head) => /<office:document[\s>]/.test(beginning(head)) || openDocument.test(mediaTypeOf(head)),
  },
  {
    type: "doc",
    version: 8,
    extensions: ["doc"],
    recognises: isOfMacintosh,
  },
  {
    type: "xls",
    version: 7,
    extensions: ["xls", "xlt"],
  },
  {
    type: "ppt",
    version: 6,
    extensions: ["ppt", "pps"],
  },
  {
    type: "iwork",
    version: 2,
    extensions: ["pages", "numbers", "key"],
  },
  {
    type: "zip",
    version: 5,
    readsPictures: true,
    extensions: ["zip"],
  },
  {
    type: "tar",
    version: 2,
    readsPictures: true,
    // Joplin's exports are such files.
    extensions: ["tar", "jex"],
  },
  {
    type: "gzip",
    version: 3,
    readsPictures: true,
    extensions: ["gz", "tgz"],
  },
  {
    type: "rtf",
    version: 7,
    extensions: ["rtf"],
    recognises: (head) => beginning(head).startsWith("{\\rtf"),
  },
  {
    type: "epub",
    version: 6,
    extensions: ["epub"],
    recognises: (head) => mediaTypeOf(head).startsWith("application/epub+zip"),
  },
  {
    type: "csv",
    version: 4,
    isPlainText: true,
    isQuick: true,
    extensions: ["csv", "tsv"],
  },
  {
    type: "json",
    version: 3,
    isPlainText: true,
    isQuick: true,
    isData: true,
    extensions: ["json", "json5", "jsonc", "geojson"],
  },
  {
    type: "jsonl",
    version: 3,
    isPlainText: true,
    isQuick: true,
    isData: true,
    extensions: ["jsonl", "ndjson"],
  },
  {
    type: "notebook",
    version: 4,
    isPlainText: true,
    isQuick: true,
    extensions: ["ipynb"],
  },
  {
    type: "mhtml",
    version: 4,
    extensions: ["mht", "mhtml"],
    recognises: (head) => isSavedPage(beginning(head)),
  },
  {
    type: "webarchive",
    version: 3,
    extensions: ["webarchive"],
  },
  {
    type: "canvas",
    version: 1,
    extensions: ["canvas"],
  },
  {
    type: "email",
    version: 9,
    readsPictures: true,
    extensions: ["eml", "emlx"],
    recognises: (head) => isMessage(beginning(head, 4096)),
  },
  {
    type: "outlook",
    version: 3,
    extensions: ["msg"],
    // winmail.dat, as mail programs save it that are not Outlook.
    recognises: (head) => head[0] === 0x78 && head[1] === 0x9f && head[2] === 0x3e && head[3] === 0x22,
  },
  {
    type: "mailbox",
    version: 10,
    readsPictures: true,
    extensions: ["mbox"],
    recognises: (head) => isMailbox(beginning(head)),
  },
  {
    type: "calendar",
    version: 3,
    extensions: ["ics", "ical", "ifb", "vcs"],
    recognises: (head) => /^\s*BEGIN:VCALENDAR\s/i.test(beginning(head)),
  },
  {
    type: "contacts",
    version: 2,
    extensions: ["vcf", "vcard"],
    recognises: (head) => /^\s*BEGIN:VCARD\s/i.test(beginning(head)),
  },
  {
    type: "subtitles",
    version: 3,
    isPlainText: true,
    extensions: ["srt", "vtt"],
  },
  {
    type: "latex",
    version: 6,
    isPlainText: true,
    extensions: ["tex", "latex", "ltx"],
  },
  {
    type: "restructured-text",
    version: 3,
    isPlainText: true,
    extensions: ["rst"],
  },
  {
    type: "asciidoc",
    version: 2,
    isPlainText: true,
    extensions: ["adoc", "asciidoc"],
  },
  {
    type: "org",
    version: 2,
    isPlainText: true,
    extensions: ["org"],
  },
  {
    type: "bibliography",
    version: 2,
    isPlainText: true,
    extensions: ["bib", "ris"],
  },
  {
    type: "translations",
    version: 1,
    isPlainText: true,
    extensions: ["po"],
  },
  text,
];

const openDocument = /^application\/vnd\.oasis\.opendocument\.(?:text|spreadsheet|presentation|graphics)/;

/** What an archive says of itself in its first entry, which is not packed, whatever the file is called. */
function mediaTypeOf(head: Uint8Array): string {
  const [, type = ""] = /^PK\x03\x04[^]{26}mimetype(\S{1,100})/.exec(beginning(head, 200)) ?? [];
  return type;
}

/** "From SENDER DATE" and a header. Patches that git wrote begin so too, with a commit for the sender: those are not mail yet. */
function isMailbox(head: string): boolean {
  const end = head.indexOf("\n");
  const line = head.slice(0, end);
  if (end < 0 || !/^From (?![\da-f]{40} )\S+ /.test(line)) return false;
  const time = /\b\d{1,2}:\d{2}\b/.exec(line);
  const hasYear = time !== null && /\b\d{4}\b/.test(line.slice(time.index + time[0].length));
  return hasYear && /^(?:>From [^\n]*\n)?[A-Za-z][\w-]*:/.test(head.slice(end + 1));
}

/** Headers of a message that was sent, as files of a Maildir begin: notes with "From:" and "Subject:" on top are none yet. */
function isMessage(head: string): boolean {
  const headers =
    /^(?:[A-Za-z][\w-]*:[^\n]*\n(?:[ \t][^\n]*\n)*)+/.exec(`${head.replaceAll("\r\n", "\n")}\n`)?.[0] ?? "";
  const has = (names: string) => new RegExp(`^(?:${names}):`, "im").test(headers);
  // What servers put above may be longer than what is looked at.
  const isCutOff = headers.length >= 4000 && has("Received") && has(serverHeaders);
  return isCutOff || (has("From|Sender") && has("Received|Message-ID|Return-Path|Delivered-To|MIME-Version"));
}

/** Beside "Received". */
const serverHeaders = "DKIM-Signature|ARC-Seal|Delivered-To|Return-Path|Authentication-Results|Received-SPF|X-Received";

/** A page in the form of a message: browsers say so in their first lines. */
function isSavedPage(head: string): boolean {
  const headers = head.replaceAll("\r\n", "\n").split("\n\n", 1)[0]!;
  if (!/^[A-Za-z-]+:/.test(headers) || !/^Content-Type:\s*multipart\/related/im.test(headers)) return false;
  // What Word, Excel and wikis save as one file is sent by nobody, whatever it is called.
  const isSent = /^(?:From|To|Received|Return-Path|Delivered-To):/im.test(headers);
  return isSent
    ? /^(?:From: ?<?Saved by |Snapshot-Content-Location:)/im.test(headers)
    : /^MIME-Version:/im.test(headers);
}

/** The first bytes as text, for looking at; not decoded. */
function beginning(head: Uint8Array, length = 1024): string {
  return latin1(head.subarray(0, length)).replace(/^\xef\xbb\xbf/, "");
}

const byExtension = new Map(parsers.flatMap((parser) => parser.extensions.map((extension) => [extension, parser])));

/** Names as mail servers give them: a time, what makes it unique, and after ":2," how it was read. */
const isInMaildir = /(?:[\\/](?:cur|new)[\\/]\d{6,}\.[^\\/]+|[\\/]\d{6,}\.[^\\/]+:2,[A-Za-z]*)$/;
const isHeader = /^[A-Za-z][\w-]*:/;

/** First bytes that decide about the format. */
const headBytes = 4096;

/** The parser for a file with these bytes. */
export function parserFor(path: string, bytes: Uint8Array): ParserEntry {
  const head = bytes.subarray(0, headBytes);
  const known = parsers.find((parser) => parser.recognises?.(head));
  if (known) return known;
  const type = isInMaildir.test(path) && isHeader.test(beginning(head)) ? "eml" : extensionOf(basename(path));
  const named = byExtension.get(type);
  if (named && !packages.has(named.type)) return named;
  const contained = containedType(bytes);
  // Programs keep archives of their own under names of their own: those are theirs. Office's formats before 2007 look inside themselves.
  if (contained === null || (contained === "zip" && (named || type !== ""))) return named ?? text;
  return parsers.find((parser) => parser.type === contained)!;
}

/** Formats that are packages: one that is another of them, or a file of before 2007 under the newer name, is read as what it is. */
const packages = new Set(["docx", "pptx", "xlsx", "outlook"]);

/** What a document's type, parser and the parser's version are called together. */
export function parserRecipe(parser: ParserEntry, ocr?: ParserInput["ocr"]): string {
  const pictures = parser.readsPictures === true && Array.isArray(ocr) ? `+ocr:${ocr.join("+")}` : "";
  return `${parser.type}@${parser.version}${pictures}`;
}
