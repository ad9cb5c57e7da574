/**
 * What each parser costs, and what it cost in another checkout: `npm run bench:parsers -- [--before CHECKOUT] [--rounds N] [FILE …]`.
 *
 * Without files: made-up documents of each format, the PDFs of the test fixtures and of Debian's packages where they are installed. Both
 * checkouts must be built. Each has a process of its own, and they take turns at every file; once they are warm the least CPU time (user mode)
 * of all rounds counts, since a busy machine makes runs longer, never shorter. Exit code 1: a parser is more than 20 % slower than before.
 */
import { fork } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { printTable, short } from "./lib/measure.mjs";
import { writeInputs } from "./lib/parser-inputs.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const mostSlower = 1.2;
/** Less is measured too coarsely to compare. */
const leastMilliseconds = 1;

const { values: options, positionals } = parseArgs({
  options: { before: { type: "string" }, rounds: { type: "string", default: "15" } },
  allowPositionals: true,
});

const folder = mkdtempSync(join(tmpdir(), "parsers-"));
const checkouts = { now: root, ...(options.before && { before: options.before }) };
const children = Object.fromEntries(
  Object.entries(checkouts).map(([name, checkout]) => [
    name,
    fork(join(root, "benchmarks/lib/parse-child.mjs"), [checkout]),
  ]),
);
let isSlower = false;
try {
  await Promise.all(Object.values(children).map((child) => next(child)));
  const files = positionals.length > 0 ? positionals : [...writeInputs(join(folder, "made")), ...pdfs()];
  /** @type {string[][]} */
  const rows = [["file", "KB", "ms", "before", "ratio"]];
  for (const file of files) rows.push(await compare(file));
  printTable(rows);
  for (const [name, child] of Object.entries(children)) {
    console.log(
      `most memory, ${name}: ${await ask(child, files[0], 1).then(({ megabytes }) => Math.round(megabytes))} MB`,
    );
  }
} finally {
  for (const child of Object.values(children)) child.kill();
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = isSlower ? 1 : 0;

async function compare(file) {
  const least = {};
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const [name, child] of Object.entries(children)) {
      const { milliseconds, error } = await ask(child, file, 2);
      least[name] = error ? error : Math.min(least[name] ?? Number.POSITIVE_INFINITY, milliseconds);
    }
  }
  const { now, before } = least;
  const ratio = now / before;
  if (ratio > mostSlower && before > leastMilliseconds) isSlower = true;
  const said = (value) => (typeof value === "string" ? value.slice(0, 30) : short(value));
  return [
    basename(file),
    String(Math.round(statSync(file).size / 1024)),
    said(now),
    said(before),
    Number.isNaN(ratio) ? "–" : ratio.toFixed(2),
  ];
}

function ask(child, file, runs) {
  child.send({ file, runs });
  return next(child);
}

function next(child) {
  return new Promise((resolve) => child.once("message", resolve));
}

/** PDFs of the fixtures, and those that Debian's packages bring, unpacked. */
function pdfs() {
  const fixtures = join(root, "packages/ferris/test/fixtures");
  const own = readdirSync(fixtures).filter((name) =>
    /^(?:manual|report|paper|journal|invoices|stock)\.pdf$/.test(name),
  );
  const installed = [
    "zlib1g-dev/crc-doc.1.0.pdf.gz",
    "nettle-dev/nettle.pdf.gz",
    "fontconfig/fontconfig-user.pdf.gz",
    "bzip2/manual.pdf.gz",
    "shared-mime-info/shared-mime-info-spec.pdf",
    "libtasn1-doc/libtasn1.pdf",
  ].map((name) => join("/usr/share/doc", name));
  return [
    ...own.map((name) => join(fixtures, name)),
    ...installed
      .filter((path) => existsSync(path))
      .map((path) => {
        const bytes = readFileSync(path);
        const copy = join(folder, basename(path, ".gz"));
        writeFileSync(copy, path.endsWith(".gz") ? gunzipSync(bytes) : bytes);
        return copy;
      }),
  ];
}
