/** Request bodies made hostile: every door of the server answers with a status that says whose fault it is, tells nothing of the machine, and goes on. */
import { fault, mutated, mutatedJson } from "@ferris/testing";
import { model, reranker, useServer } from "../../server/support/server.ts";

const server = useServer({ maxBodyBytes: 2_000_000, timeouts: { answerMs: 60_000 } });

const doors: readonly [string, Record<string, unknown>][] = [
  ["/v1/embeddings", { model, input: ["a key", "bread"], encoding_format: "float", dimensions: 8 }],
  ["/embed", { inputs: ["a key", "bread"], normalize: true, truncate: true }],
  ["/embed_all", { inputs: ["a key"] }],
  ["/tokenize", { inputs: ["a key", "bread"], add_special_tokens: true }],
  ["/decode", { ids: [[101, 102]], skip_special_tokens: true }],
  ["/predict", { inputs: [["a", "b"]], raw_scores: false }],
  ["/similarity", { inputs: { source_sentence: "a", sentences: ["b", "c"] } }],
  ["/rerank", { query: "key", texts: ["a key", "bread"], raw_scores: false }],
  ["/v1/rerank", { model: reranker, query: "key", documents: ["a key", "bread"], top_n: 1 }],
  ["/v2/rerank", { model: reranker, query: "key", documents: ["a key", "bread"], top_n: 1 }],
  ["/v2/embed", { model, texts: ["a key"], input_type: "search_document", embedding_types: ["float"] }],
  ["/api/embed", { model, input: ["a key"], truncate: true }],
  ["/api/embeddings", { model, prompt: "a key" }],
  ["/search", { query: "key", limit: 3, mode: "hybrid", types: ["markdown"], after: "2020-01-01" }],
  ["/index", { paths: ["keys.md"] }],
  ["/mcp", { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "search", arguments: { query: "key" } } }],
];

fault("hostile request bodies", { seconds: 15, least: 150 }, async (run) => {
  for (const _ of run.tries()) {
    const [path, sound] = run.random.of(doors);
    const bytes =
      run.random() < 0.7
        ? JSON.stringify(mutatedJson(sound, run.random))
        : mutated(new TextEncoder().encode(JSON.stringify(sound)), run.random);
    const type =
      run.random() < 0.9 ? "application/json" : run.random.of(["text/plain", "application/json; charset=utf-16", "x"]);
    const request = fetch(server.url + path, {
      method: "POST",
      headers: { "content-type": type },
      body: bytes as BodyInit,
    });
    const response = await run.within(30, path, request);
    const text = await run.within(30, path, response.text());
    const { status } = response;
    // 501 and 503 are said on purpose: what this server does not do, and that it has too much to do.
    const isOurFault = status >= 500 && status !== 501 && status !== 503;
    const given = (typeof bytes === "string" ? bytes : Buffer.from(bytes).toString()).slice(0, 300);
    if (isOurFault) run.lost(`${path} answered ${status} (${text.slice(0, 150)}) to ${given}`);
    if (/node_modules|\.ts:\d|\.js:\d|\n\s+at /.test(text)) run.lost(`${path} tells of the machine, to ${given}`);
    run.ended(String(status));
  }
  const after = await fetch(`${server.url}/v1/embeddings`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model, input: "a key" }),
  });
  if (!after.ok) run.lost(`afterwards a sound request is answered with ${after.status}`);
  if (Reflect.ownKeys({}).length > 0 || "polluted" in {}) run.lost("a prototype was changed");
});
