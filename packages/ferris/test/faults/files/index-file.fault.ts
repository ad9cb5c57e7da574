/** An index whose bytes changed on the disk: refused by name, or read as it was. Beside checksums, which indexes up to 64 MB have, nothing else can come of it. */
import { fileURLToPath } from "node:url";
import { fault, fuzz, randomFrom } from "@ferris/testing";
import { folderOf } from "../../support/files.ts";
import { addDocuments } from "../support/corpus.ts";
import { timed } from "../support/disturb.ts";

const program = fileURLToPath(new URL("../support/fuzz-index.mjs", import.meta.url));
const model = fileURLToPath(new URL("../../../../metal-candle/test/goldens/tiny/bert", import.meta.url));

for (const [name, kind] of [
  ["an index file whose bytes change", "sums"],
  ["an index file whose bytes change, without checksums", "bare"],
] as const) {
  fault(name, { seconds: 10, least: 100 }, async (run) => {
    const [docs, place] = [folderOf(), folderOf()];
    addDocuments(docs, randomFrom(2), 40);
    await timed(["index", docs, "--db", place, "--model", model, "--device", "cpu", "--quiet"]);
    await fuzz(run, { program, args: [place, kind], seconds: 15, megabytes: 1_024 });
  });
}
