/**
 * npm run bench:index: how fast files become an index, what a second run over the same files costs, and whether memory grows with them.
 *
 * Three parts, each run a process of its own: real files with the bundled model; a second run over them and over a generated tree of 10,000
 * files; and as many generated chunks as asked, with a small model of random weights (the whole path runs; only its vectors mean nothing),
 * whose process is watched. Generated files are pieces of real ones. What was made is deleted.
 *
 *   node benchmarks/indexing.mjs [--bytes 1000000] [--files 10000] [--chunks 100000] [--device cpu] [--in FOLDER] [--json FILE]
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { modelFolder } from "./lib/places.mjs";
import { randomModel } from "./lib/random-model.mjs";
import { randomNumbers, realDocuments, writeDocuments } from "./lib/real-documents.mjs";
import { report } from "./lib/report.mjs";

const text = (value) => ({ type: "string", default: value });
const { values, add, finish } = report("Indexing: rate, second run and memory", {
  bytes: text("1000000"),
  files: text("10000"),
  chunks: text("100000"),
  device: text("cpu"),
  in: text(tmpdir()),
});
const place = mkdtempSync(join(values.in, "ferris-bench-index-"));
try {
  const real = join(place, "real");
  writeDocuments(realDocuments(Number(values.bytes)), real);
  const first = index("real-index", real, "all-minilm-l6-v2-q8");
  showRate("real files, bundled model", first);
  showSecond("  again, unchanged", index("real-index", real, "all-minilm-l6-v2-q8"));

  const small = randomModel("tiny", modelFolder(), place);
  const many = join(place, "many");
  writePieces(many, Number(values.files), 1);
  showRate(`${values.files} small files, a model of 2 layers of 32`, index("many-index", many, small));
  showSecond("  again, unchanged", index("many-index", many, small));

  const tree = join(place, "tree");
  const chunksAFile = 20;
  writePieces(tree, Math.ceil(Number(values.chunks) / chunksAFile), chunksAFile);
  const grown = index("tree-index", tree, small);
  showRate("many chunks, a model of 2 layers of 32", grown);
  showMemory(grown);
} finally {
  rmSync(place, { recursive: true, force: true });
}
finish();

function index(name, folder, model) {
  const run = fileURLToPath(new URL("lib/index-run.mjs", import.meta.url));
  const output = execFileSync(process.execPath, [run, join(place, name), folder, model, values.device], {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(output);
}

function showRate(name, { report: { added, chunksEmbedded, tokensEmbedded, seconds, stages }, peak }) {
  add(name, added, "files");
  add("  chunks", chunksEmbedded, "");
  add("  time", seconds, "s");
  add("  files", added / seconds, "/s");
  add("  chunks", chunksEmbedded / seconds, "/s");
  add("  tokens", tokensEmbedded / seconds, "/s");
  for (const [stage, { busy }] of Object.entries(stages)) add(`  busy: ${stage}`, busy * 100, "%");
  add("  largest size of the process", peak, "MiB");
}

function showSecond(name, { report: { unchanged, chunksEmbedded, seconds } }) {
  add(`${name}: files`, unchanged, "");
  add(`${name}: embedded`, chunksEmbedded, "chunks", "0");
  add(`${name}: time`, seconds, "s", "seconds");
}

/** The largest size in each fifth of the run. */
function showMemory({ sizes, report: { chunksEmbedded } }) {
  for (let fifth = 1; fifth <= 5; fifth++) {
    const upTo = (chunksEmbedded * fifth) / 5;
    const from = (chunksEmbedded * (fifth - 1)) / 5;
    const within = sizes.filter((size) => size.chunksEmbedded > from && size.chunksEmbedded <= upTo);
    const most = Math.max(0, ...within.map((size) => size.mebibytes));
    add(`  size of the process up to ${Math.round(upTo)} chunks`, most, "MiB", fifth === 1 ? "" : "flat");
  }
}

/** `count` Markdown files of `sections` sections, each a few lines of a real file, none like another. */
function writePieces(folder, count, sections) {
  const random = randomNumbers(11);
  const lines = realDocuments(3_000_000).flatMap(({ text: whole }) =>
    whole.split("\n").filter((line) => line.length > 30),
  );
  const pick = () => lines[Math.floor(random() * lines.length)];
  for (let file = 0; file < count; file++) {
    const below = join(folder, String(Math.floor(file / 200)));
    if (file % 200 === 0) mkdirSync(below, { recursive: true });
    const parts = Array.from(
      { length: sections },
      (_, section) => `# ${file} ${section} ${pick().slice(0, 40)}\n\n${Array.from({ length: 8 }, pick).join("\n")}\n`,
    );
    writeFileSync(join(below, `note-${file}.md`), parts.join("\n"));
  }
}
