/**
 * Indexes a folder and asks it a question. The index is kept, so a second run reads only what changed.
 *
 *   node examples/search-a-folder.mjs FOLDER "a question" [INDEX]
 */
import { Ferris } from "ferris";

const [folder, question, db = ".ferris-example"] = process.argv.slice(2);
if (!folder || !question) {
  console.error('usage: node examples/search-a-folder.mjs FOLDER "a question" [INDEX]');
  process.exit(2);
}

const ferris = await Ferris.open({ db });
const { added, unchanged, chunks } = await ferris.index([folder]);
console.log(`${added} documents indexed, ${unchanged} unchanged, ${chunks} chunks`);

const { results, nearestMiss } = await ferris.search(question, { limit: 3 });
for (const { rank, path, startLine, headingPath, snippet } of results) {
  console.log(`\n${rank}. ${path}:${startLine}  ${headingPath.join(" › ")}\n${snippet.text}`);
}
// An index knows what chance scores in it: nothing above that means no answer.
if (results.length === 0) console.log(`Nothing relevant.${nearestMiss ? ` Nearest: ${nearestMiss.path}` : ""}`);
await ferris.close();
