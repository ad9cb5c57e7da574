/** An index over a folder of small files, indexed with a model that counts what it is given. */
import { utimesSync } from "node:fs";
import { join, relative } from "node:path";
import { onTestFinished } from "vitest";
import { indexPaths, type IndexOptions } from "../../../src/indexing/index-folder.ts";
import { openIndexForWriting } from "../../../src/store/index.ts";
import { folderOf } from "../../support/files.ts";
import { type WordsEmbedder, wordsEmbedder } from "./words-embedder.ts";

/** An index of its own over `folder`, with a fresh model for each run so that its texts can be counted. */
export async function indexOf(folder: string) {
  const place = folderOf();
  const store = await openIndexForWriting(place, { identity: wordsEmbedder().identity });
  onTestFinished(() => store.close());
  return {
    store,
    async run(options: Partial<IndexOptions> & { embedder?: WordsEmbedder } = {}) {
      const embedder = options.embedder ?? wordsEmbedder();
      const report = await indexPaths({ paths: [folder], store, ...options, embedder });
      return { ...report, texts: (embedder as WordsEmbedder).embedded };
    },
    async paths() {
      return (await store.documents()).map((document) => relative(folder, document.path));
    },
    async texts(path: string) {
      const document = await store.document(join(folder, path));
      return document && (await store.chunksOf(document.id)).map((chunk) => chunk.text);
    },
  };
}

/** Sections of about one chunk each. */
export function sections(...names: string[]): string {
  return names.map((name) => `## ${name}\n\n${`${name} words here. `.repeat(6)}\n`).join("\n");
}

/** Sets a file's time back, as if it had not been touched for a while. */
export function age(...path: string[]): void {
  const past = Date.now() / 1000 - 1000;
  utimesSync(join(...path), past, past);
}
