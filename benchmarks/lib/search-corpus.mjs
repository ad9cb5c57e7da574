/**
 * Indexes of any size to measure search on.
 *
 * The base is real: files that came with our dependencies, read, cut and embedded by ferris with the bundled model. A larger index has
 * the base's chunks first and mixtures after them: the first part of one chunk's text and the last part of another's, with their vectors
 * mixed in the same shares, noise of a tenth of their length added, and normalised. Words and vectors so keep the statistics of real
 * ones as far as mixing allows: no new words (beside one identifier a document), and vectors that crowd more than real ones do.
 */
import { existsSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ferris } from "../../packages/ferris/dist/index.js";
import { openIndex, openIndexForWriting } from "../../packages/ferris/dist/store/index.js";
import { digest, randomNumbers, realDocuments, writeDocuments } from "./real-documents.mjs";

const baseBytes = 5_000_000;
const chunksPerDocument = 10;
const documentsAtOnce = 50;
const noise = 0.1;

/** The base's index, made once a machine and kept in its temporary folder: { chunks, vectors, identity }; `tell` is given progress. */
export async function realChunks(tell) {
  const place = join(tmpdir(), "ferris-benchmark-base");
  const made = join(place, "made");
  if (!existsSync(made)) {
    writeDocuments(realDocuments(baseBytes), join(place, "files"));
    const ferris = await Ferris.open({ db: join(place, "index"), device: "cpu", onNotice: () => undefined });
    const report = await ferris.index([join(place, "files")], {
      onProgress: ({ filesDone, files }) => tell(`embedding the base: ${filesDone} of ${files} files`),
    });
    await ferris.close();
    tell(`embedded ${report.chunksEmbedded} chunks in ${report.seconds.toFixed(0)} s`);
    mkdirSync(made);
  }
  const store = await openIndex(join(place, "index"));
  const chunks = [];
  for (const { id } of await store.documents()) chunks.push(...(await store.chunksOf(id)));
  const byHash = await store.vectorsOf(chunks.map((chunk) => chunk.hash));
  const { identity } = store;
  await store.close();
  return { chunks, vectors: chunks.map((chunk) => byHash.get(chunk.hash)), identity };
}

/** Writes an index of `size` chunks into `folder`, through the store as indexing does. Returns the seconds it took. */
export async function buildIndex(folder, size, { chunks, vectors, identity }, tell) {
  const random = randomNumbers(20);
  const began = performance.now();
  const store = await openIndexForWriting(folder, { identity });
  for (let first = 0; first < size;) {
    const documents = [];
    const written = new Map();
    for (let i = 0; i < documentsAtOnce && first < size; i++) {
      const count = Math.min(chunksPerDocument, size - first);
      const members = [];
      for (let ordinal = 0; ordinal < count; ordinal++) {
        const { chunk, vector } = chunkAt(first + ordinal, ordinal);
        members.push(chunk);
        written.set(chunk.hash, vector);
      }
      const path = `/benchmark/${Math.floor(first / 10_000)}/document-${first}.md`;
      const record = {
        path,
        type: "markdown",
        lineBasis: /** @type {"file"} */ ("file"),
        fields: null,
        title: null,
        size: 1,
        modifiedTime: 1,
        contentHash: digest(path),
        recipe: "r",
      };
      documents.push({ record, chunks: members });
      first += count;
    }
    await store.putDocuments(documents, written);
    tell(`writing ${size} chunks: ${first}`);
  }
  await store.close();
  return (performance.now() - began) / 1000;

  function chunkAt(number, ordinal) {
    const id = ordinal === 0 ? `\nCASE-${number}` : "";
    const place = {
      startLine: ordinal * 20 + 1,
      endLine: ordinal * 20 + 20,
      startColumn: null,
      endColumn: null,
      lineRuns: null,
      isOcr: false,
      startByte: null,
      endByte: null,
      page: null,
    };
    if (number < chunks.length) {
      const { text, headingPath, tokens, hash } = chunks[number];
      return { chunk: { hash, text, headingPath, tokens, ...place }, vector: vectors[number] };
    }
    const [one, two] = [pick(), pick()];
    const share = 0.3 + 0.4 * random();
    const text = `${partOf(chunks[one].text, 0, share)} ${partOf(chunks[two].text, share, 1)}${id}`;
    const { headingPath, tokens } = chunks[one];
    return {
      chunk: { hash: digest(`${number}`), text, headingPath, tokens, ...place },
      vector: mixture(vectors[one], vectors[two], share),
    };
  }

  function pick() {
    return Math.floor(random() * chunks.length);
  }

  function mixture(one, two, share) {
    const scale = noise * Math.sqrt(12 / one.length);
    const mixed = one.map((value, i) => share * value + (1 - share) * two[i] + scale * (random() - 0.5));
    const norm = Math.hypot(...mixed);
    return mixed.map((value) => value / norm);
  }
}

/** Of `text`, from one share of its length to another, cut at spaces. */
function partOf(text, from, to) {
  const at = (share) => {
    if (share === 0) return 0;
    const space = text.indexOf(" ", Math.floor(text.length * share));
    return space < 0 ? text.length : space;
  };
  return text.slice(at(from), to === 1 ? text.length : at(to)).trim();
}
