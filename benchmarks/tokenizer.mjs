/**
 * How fast the tokenizers are: ours, @huggingface/tokenizers and the Rust one, on one thread, over the same texts.
 *
 *     npm run build && node benchmarks/tokenizer.mjs [TOKENIZER.json …]
 *
 * For byte-pair encoding, packages/metal-candle/scripts/goldens/train_bpe.py trains tokenizers of ModernBERT's, Qwen's and Gemma's kind
 * with vocabularies of their sizes. Without arguments: the default model's WordPiece, and the full XLM-RoBERTa tokenizers of the Hugging Face cache if there are
 * any. English: up to 5,000 paragraphs of the Markdown under node_modules. Chinese, for Unigram: pieces of its own vocabulary
 * strung together, because there is no Chinese text here that is anybody's to publish.
 *
 * "Cold" is the first pass of a process over the texts, compilation by the engine included; "first" the first pass of a fresh
 * tokenizer in a warm process, every word new; "warm" the best of several more. A shared machine halves any of them at times.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openTokenizer } from "metal-candle/tokenizer";

// Read by the Rust tokenizers when they are loaded.
process.env.TOKENIZERS_PARALLELISM = "false";

const root = fileURLToPath(new URL("..", import.meta.url));
const mostTexts = 5000;
/** What the peers are given: they need seconds for what ours does in milliseconds. */
const peerTexts = 500;
const warmPasses = 8;

function englishTexts() {
  const folder = join(root, "node_modules");
  const paragraphs = new Set();
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted()) {
    if (!/\.md$/i.test(name)) continue;
    for (const paragraph of readFileSync(join(folder, name), "utf8").split(/\n\s*\n/)) {
      const text = paragraph.trim().slice(0, 2000);
      // Prose: a dozen lower-case words, not tables of links.
      if ((text.match(/(?<=^|\s)[a-z']+(?=[\s.,:;!?])/g) ?? []).length >= 12) paragraphs.add(text);
    }
  }
  return [...paragraphs].slice(0, mostTexts);
}

function chineseTexts(pieces) {
  const words = pieces.map(([piece]) => piece).filter((piece) => /^[\u4e00-\u9fff]{1,4}$/u.test(piece));
  let state = 1;
  const random = () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32;
  return Array.from({ length: 2000 }, () => {
    let text = "";
    for (let i = 0; i < 100; i++) {
      text += words[Math.floor(random() ** 2 * words.length)];
      if (random() < 0.08) text += "，。、！"[Math.floor(random() * 4)];
    }
    return text;
  });
}

const millions = (tokens, milliseconds) => (tokens / milliseconds / 1000).toFixed(2);

function timed(run) {
  const start = performance.now();
  const result = run();
  return [result, performance.now() - start];
}

async function measureOurs(files, texts) {
  const ids = new Int32Array(1 << 16);
  const pass = (tokenizer) => {
    let tokens = 0;
    for (const text of texts) tokens += tokenizer.encode(text, ids, 0, ids.length);
    return tokens;
  };
  const passes = [];
  let warm = Infinity;
  let tokens = 0;
  for (let round = 0; round < 4; round++) {
    const tokenizer = await openTokenizer(files);
    const [count, first] = timed(() => pass(tokenizer));
    tokens = count;
    passes.push(first);
    for (let i = 0; i < warmPasses; i++) warm = Math.min(warm, timed(() => pass(tokenizer))[1]);
  }
  return { tokens, cold: passes[0], first: Math.min(...passes.slice(1)), warm };
}

async function measurePeers(json, texts) {
  const parsed = JSON.parse(new TextDecoder().decode(json));
  const { Tokenizer: Library } = await import("@huggingface/tokenizers");
  const library = new Library({ ...parsed, truncation: null, padding: null }, {});
  const [libraryTokens, libraryTime] = best(() =>
    texts.reduce((sum, text) => sum + library.encode(text).ids.length, 0),
  );
  const { Tokenizer: Rust } = await import("tokenizers");
  const rust = Rust.fromString(new TextDecoder().decode(json));
  rust.disableTruncation();
  rust.disablePadding();
  let rustTime = Infinity;
  let rustTokens = 0;
  for (let i = 0; i < 3; i++) {
    const start = performance.now();
    const encoded = await rust.encodeBatch(texts);
    rustTime = Math.min(rustTime, performance.now() - start);
    rustTokens = encoded.reduce((sum, encoding) => sum + encoding.getLength(), 0);
  }
  return { library: millions(libraryTokens, libraryTime), rust: millions(rustTokens, rustTime) };
}

function best(run) {
  const runs = Array.from({ length: 3 }, () => timed(run));
  return runs.reduce((least, one) => (one[1] < least[1] ? one : least));
}

async function measureOpening(files) {
  const [, milliseconds] = await timedAsync(() => openTokenizer(files));
  let again = Infinity;
  for (let i = 0; i < 3; i++) again = Math.min(again, (await timedAsync(() => openTokenizer(files)))[1]);
  return `opened in ${milliseconds.toFixed(0)} ms, then in ${again.toFixed(0)} ms`;
}

async function timedAsync(run) {
  const start = performance.now();
  const result = await run();
  return [result, performance.now() - start];
}

function defaultFiles() {
  const files = [join(root, "packages/all-minilm-l6-v2-q8/tokenizer.json")];
  const hub = process.env.HF_HUB_CACHE ?? join(process.env.HF_HOME ?? join(homedir(), ".cache/huggingface"), "hub");
  for (const model of existsSync(hub) ? readdirSync(hub) : []) {
    if (!/multilingual|xlm/i.test(model)) continue;
    const snapshots = join(hub, model, "snapshots");
    const path = join(snapshots, readdirSync(snapshots)[0] ?? "", "tokenizer.json");
    if (existsSync(path)) files.push(path);
  }
  return files;
}

const english = englishTexts();
for (const path of process.argv.length > 2 ? process.argv.slice(2) : defaultFiles()) {
  const json = readFileSync(path);
  const files = { json, config: {}, hash: createHash("sha256").update(json).digest("hex") };
  const opening = await measureOpening(files);
  const { path: implementation } = await openTokenizer(files);
  console.log(`${path}\n  ${implementation}, ${(json.length / 1e6).toFixed(1)} MB, ${opening}`);
  const sets = { English: english };
  if (implementation === "unigram") {
    sets.Chinese = chineseTexts(JSON.parse(new TextDecoder().decode(json)).model.vocab);
  }
  for (const [name, texts] of Object.entries(sets)) {
    const { tokens, cold, first, warm } = await measureOurs(files, texts);
    const peers = await measurePeers(json, texts.slice(0, peerTexts));
    console.log(
      `  ${name}: ${texts.length} texts, ${tokens} tokens. M tokens/s on one thread:\n` +
        `    ours: cold ${millions(tokens, cold)}, first ${millions(tokens, first)}, warm ${millions(tokens, warm)}\n` +
        `    @huggingface/tokenizers: ${peers.library}    tokenizers (Rust): ${peers.rust}`,
    );
  }
}
