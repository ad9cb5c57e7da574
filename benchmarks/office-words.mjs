/**
 * Words that LibreOffice finds in office documents and ferris does not: `node benchmarks/office-words.mjs FILE …`, after a build, with
 * `soffice` on the PATH.
 *
 * LibreOffice writes each file as one XML file, whose body holds what a reader sees. What may be missing, and why: tables of contents
 * and lists of figures; headers and footers of slides; formulas, which LibreOffice writes as pictures and StarMath; placeholders that it fills
 * in itself ("Click to add …"), numbers of pages, and dates of today. Anything else is a loss, and ends in exit code 1.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, extname, join } from "node:path";
import { parseDocument } from "../packages/ferris/dist/documents/parse/parse.js";
import { readTrees, textWithin } from "../packages/ferris/dist/documents/xml/xml-tree.js";

const families = [
  { format: "fodt", extensions: /^\.(?:docx|docm|dotx|dotm|doc|odt|ott|rtf|fodt)$/ },
  { format: "fods", extensions: /^\.(?:xlsx|xlsm|xltx|xltm|xls|ods|ots|fods)$/ },
  { format: "fodp", extensions: /^\.(?:pptx|pptm|ppsx|potx|ppt|odp|otp|fodp)$/ },
  { format: "fodg", extensions: /^\.(?:odg|otg|fodg)$/ },
];
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

const plain = (text) => text.normalize("NFKC").replace(/[\u00ad\u200b-\u200f\u202a-\u202e\ufeff]/g, "");
const wordsOf = (text) => plain(text).match(/[\p{L}\p{M}\p{N}]{2,}/gu) ?? [];

/** The words of paragraphs, headings and cells in LibreOffice's XML. */
function wordsOfXml(xml) {
  const texts = [];
  let around = [];
  readTrees(
    xml,
    (name, depth) => {
      around = around.slice(0, depth - 1);
      around.push(name);
      return (name === "text:p" || name === "text:h") && !around.some((outer) => leftOut.has(outer));
    },
    (tree) => texts.push(textWithin(without(tree))),
  );
  return new Set(texts.flatMap(wordsOf));
}

function without(tree) {
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
      .map((child) => (typeof child === "string" ? child : without(child)))
      .flatMap((child) => (/^text:(?:s|tab|line-break|p)$/.test(child.name) ? [" ", child] : [child])),
  };
}

/** What LibreOffice makes of files of one family, by index; several at once, for its start takes the longest. */
function converted(files, format, folder) {
  const copies = files.map(({ file, index }) => {
    const copy = join(folder, `${index}${extname(file).toLowerCase()}`);
    copyFileSync(file, copy);
    return copy;
  });
  const profile = `-env:UserInstallation=file://${join(folder, "profile")}`;
  try {
    execFileSync(
      "soffice",
      [profile, "--headless", "--convert-to", format, "--outdir", join(folder, "out"), ...copies],
      {
        stdio: "ignore",
        timeout: 120_000,
      },
    );
  } catch {
    // What came out before it gave up is there.
  }
}

const folder = mkdtempSync(join(tmpdir(), "office-words-"));
const files = process.argv.slice(2).map((file, index) => ({ file, index }));
let losses = 0;
let readable = 0;
try {
  for (const { format, extensions } of families) {
    const family = files.filter(({ file }) => extensions.test(extname(file).toLowerCase()));
    for (let first = 0; first < family.length; first += 20) {
      const batch = family.slice(first, first + 20);
      converted(batch, format, folder);
      for (const { file, index } of batch) {
        const flat = join(folder, "out", `${index}.${format}`);
        if (existsSync(flat)) await compare(file, wordsOfXml(readFileSync(flat, "utf8")));
        else console.log(`${basename(file)}: LibreOffice does not read it`);
      }
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${readable} files, ${losses} words missing`);
process.exitCode = losses > 0 ? 1 : 0;

async function compare(file, expected) {
  const started = performance.now();
  try {
    const { content, blocks, warnings } = await parseDocument(file, readFileSync(file));
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const ours = plain(content).replace(/[^\p{L}\p{M}\p{N}]/gu, "");
    const missing = [...expected].filter((word) => !ours.includes(word));
    losses += missing.length;
    readable++;
    const counts = `${blocks.length} blocks, ${seconds} s, ${expected.size} words, missing ${missing.length}`;
    console.log(`${basename(file)}: ${counts}`, missing.slice(0, 12).join(" "));
    for (const warning of warnings) console.log(`  ${warning}`);
  } catch (error) {
    losses += expected.size;
    console.log(`${basename(file)}: ${error.message}; ${expected.size} words in LibreOffice's`);
  }
}
