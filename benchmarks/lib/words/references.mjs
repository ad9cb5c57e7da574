/**
 * What other programs read in a document: pdftotext (poppler-utils), LibreOffice, pandoc, Python's email package. Text in, words out.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { readTrees, textWithin } from "../../../packages/ferris/dist/documents/xml/xml-tree.js";

/** By extension: what LibreOffice writes each family as. */
export const officeFormats = new Map(
  /** @type {[string, string][]} */ ([
    ...["docx", "doc", "odt", "rtf", "fodt"].map((name) => [name, "fodt"]),
    ...["xlsx", "xls", "ods"].map((name) => [name, "fods"]),
    ...["pptx", "ppt", "odp"].map((name) => [name, "fodp"]),
  ]),
);
const pandocFormats = {
  html: "html",
  epub: "epub",
  md: "markdown",
  ipynb: "ipynb",
  tex: "latex",
  rst: "rst",
  org: "org",
  csv: "csv",
};
/** @type {any} */
const large = { encoding: "utf8", maxBuffer: 2 ** 28, timeout: 120_000, stdio: ["ignore", "pipe", "ignore"] };

/** The text that a reference finds in `file`; null where it does not read it, or there is none for the format. */
export function referenceText(file, flatFile) {
  const format = extname(file).slice(1);
  try {
    if (format === "pdf") return execFileSync("pdftotext", ["-enc", "UTF-8", file, "-"], large);
    if (format === "eml" || format === "mbox") return execFileSync("python3", ["-c", mailProgram, file, format], large);
    if (format === "adoc") return readFileSync(file, "utf8");
    if (format === "srt" || format === "vtt") return spokenIn(readFileSync(file));
    if (officeFormats.has(format)) return existsSync(flatFile) ? textOfFlat(readFileSync(flatFile, "utf8")) : null;
    return execFileSync("pandoc", ["-f", pandocFormats[format], "-t", "plain", "--wrap=none", file], large);
  } catch {
    return null;
  }
}

/** The lines that are no count, no time and no setting. */
function spokenIn(bytes) {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return bytes
    .toString(isUtf16 ? "utf16le" : "utf8")
    .replace(/^WEBVTT[^]*?\n\s*\n|^(?:NOTE|STYLE|Style|REGION)\b[^]*?(?:\n\s*\n|(?![^]))/gm, "")
    .replace(/^.*-->.*$|^\d+\s*$|<[^>\n]*>|\{\\[^}\n]*\}/gm, " ");
}

/** Texts and subjects of a message and of those in it, or of those in a mailbox. */
const mailProgram = `
import email, email.policy, mailbox, sys
read = lambda file: email.message_from_binary_file(file, policy=email.policy.default)
messages = [read(open(sys.argv[1], "rb"))] if sys.argv[2] == "eml" else mailbox.mbox(sys.argv[1], factory=read, create=False)
for message in messages:
    for part in message.walk():
        print(part.get("subject", ""))
        if part.get_content_maintype() == "text" and part.get_content_subtype() == "plain":
            try: print(part.get_content())
            except Exception: pass
`;

/** LibreOffice's XML of many files; several at once, for its start takes the longest. Each comes out as INDEX.FORMAT. */
export function convertOffice(files, folder) {
  // Beside what comes out, which may have the name of what goes in.
  const from = join(folder, "from");
  mkdirSync(from, { recursive: true });
  for (const format of new Set(officeFormats.values())) {
    const copies = files.flatMap((file, index) => {
      if (officeFormats.get(extname(file).slice(1)) !== format) return [];
      const copy = join(from, `${index}${extname(file)}`);
      copyFileSync(file, copy);
      return [copy];
    });
    for (let first = 0; first < copies.length; first += 20) {
      const profile = `-env:UserInstallation=file://${join(folder, "profile")}`;
      const some = copies.slice(first, first + 20);
      try {
        execFileSync("soffice", [profile, "--headless", "--convert-to", format, "--outdir", folder, ...some], {
          stdio: "ignore",
          timeout: 240_000,
        });
      } catch {
        // What came out before it gave up is there.
      }
    }
  }
}

/** What LibreOffice makes up or repeats: contents, styles, footers of slides, pictures' bytes. */
const leftOut = new Set([
  "text:table-of-content",
  "text:illustration-index",
  "text:table-index",
  "office:styles",
  "style:master-page",
  "text:tracked-changes",
  "office:binary-data",
  "presentation:footer-decl",
  "presentation:date-time-decl",
]);

function textOfFlat(xml) {
  const texts = [];
  let around = [];
  readTrees(
    xml,
    (name, depth) => {
      around = around.slice(0, depth - 1);
      around.push(name);
      return (name === "text:p" || name === "text:h") && !around.some((outer) => leftOut.has(outer));
    },
    (tree) => texts.push(textWithin(withoutMarks(tree))),
  );
  return texts.join("\n");
}

function withoutMarks(tree) {
  const children = tree.children.filter(
    (child) =>
      typeof child === "string" ||
      !/^(?:dc:|meta:|text:note-citation|text:page-number|text:date|office:binary-data|text:ruby-text|math:annotation)/.test(
        child.name,
      ),
  );
  // Marks between words keep them apart.
  return {
    ...tree,
    children: children
      .map((child) => (typeof child === "string" ? child : withoutMarks(child)))
      .flatMap((child) => (/^text:(?:s|tab|line-break|p)$/.test(child.name) ? [" ", child] : [child])),
  };
}
