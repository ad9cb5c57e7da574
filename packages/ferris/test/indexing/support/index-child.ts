/**
 * `index-child INDEX FOLDER MILLISECONDS`: indexes FOLDER with a model whose calls take that long, or with `held` until its standard input ends.
 * Prints JSON lines.
 */
import { once } from "node:events";
import { indexPaths } from "../../../src/indexing/index-folder.ts";
import { exitCodeOf } from "../../../src/cli/exit-codes.ts";
import { FerrisError } from "../../../src/errors.ts";
import { openIndexForWriting } from "../../../src/store/index.ts";
import { wordsEmbedder } from "./words-embedder.ts";

const [place, folder, milliseconds] = process.argv.slice(2);
const isHeld = milliseconds === "held";
const words = wordsEmbedder({ dimensions: 384, milliseconds: isHeld ? 0 : Number(milliseconds) });
const mayGoOn = isHeld ? once(process.stdin.resume(), "end") : null;
const embedder: typeof words = {
  ...words,
  async embed(texts, signal) {
    await mayGoOn;
    return words.embed(texts, signal);
  },
};
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
try {
  const store = await openIndexForWriting(place, { identity: embedder.identity });
  say({ opened: process.pid });
  try {
    const report = await indexPaths({ paths: [folder], store, embedder, chunker: { maxTokens: 64 } });
    say({ added: report.added, unchanged: report.unchanged, embedded: embedder.embedded.length });
  } finally {
    await store.close();
  }
} catch (error) {
  if (!(error instanceof FerrisError)) throw error;
  say({ error: error.code, message: error.message });
  process.exitCode = exitCodeOf(error);
}
