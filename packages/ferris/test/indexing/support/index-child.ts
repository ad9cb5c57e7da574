/** `index-child INDEX FOLDER MILLISECONDS`: indexes FOLDER with a model whose calls take that long. Prints JSON lines. */
import { indexPaths } from "../../../src/indexing/index-folder.ts";
import { exitCodeOf } from "../../../src/cli/exit-codes.ts";
import { FerrisError } from "../../../src/errors.ts";
import { openIndexForWriting } from "../../../src/store/index.ts";
import { wordsEmbedder } from "./words-embedder.ts";

const [place, folder, milliseconds] = process.argv.slice(2);
const embedder = wordsEmbedder({ dimensions: 384, milliseconds: Number(milliseconds) });
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
