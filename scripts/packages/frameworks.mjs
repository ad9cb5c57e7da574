/**
 * The programs of examples/frameworks beside packed packages, each with its real framework, and what must come of them.
 * Chroma's needs a server: one that listens where CHROMA_PORT says (`chroma run`).
 */
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { root } from "../steps.mjs";
import { NotRun } from "./report.mjs";
import { makeFolder, runIn, said } from "./stranger.mjs";
import { npmInstall } from "./tools.mjs";

const reranker = join(root, "packages/metal-candle/test/goldens/tiny/bert-reranker-1");
const keys = { "docs/keys.md": "# Keys\n\n## Rotation\n\nTo rotate the signing key, run rotate.sh.\n" };
const aiSdk = { program: "ai-sdk.mjs", args: [reranker] };

const frameworks = {
  "ai@5": { ...aiSdk, packages: ["ai@5"], expects: /^0\.\d+ Choose “Forgot password”/ },
  "ai@6": { ...aiSdk, packages: ["ai@6"], expects: /^0\.\d+ Choose “Forgot password”[^]*^reranked: \S/m },
  "ai@7": { ...aiSdk, packages: ["ai@7"], expects: /^0\.\d+ Choose “Forgot password”[^]*^reranked: \S/m },
  "@langchain/core@1": {
    packages: ["@langchain/core@1"],
    program: "langchain.mjs",
    args: ["docs", "how do I rotate a key", reranker],
    expects: /^\S*keys\.md:1 {2}# Keys[^]*384 dimensions/,
  },
  "@orama/orama@3": { packages: ["@orama/orama@3"], program: "orama.mjs", args: [], expects: /^\S+ Dough\n/ },
  "@llamaindex/core@0.6": {
    packages: ["@llamaindex/core@0.6"],
    program: "llamaindex.mjs",
    args: [],
    expects: /^Knead the dough/,
  },
  "chromadb@3": {
    packages: ["chromadb@3"],
    program: "chroma.mjs",
    args: () => {
      if (!process.env.CHROMA_PORT)
        throw new NotRun("no Chroma server: start one (chroma run) and name its port in CHROMA_PORT");
      return [process.env.CHROMA_PORT];
    },
    expects: /^Knead the dough/,
  },
  "@mastra/core@1": {
    packages: ["@mastra/core@1", "@mastra/rag@2", "@mastra/libsql@1", "ai@6"],
    // Mastra's own packages ask for this Node, and for one ai of their own.
    node: "24",
    alone: true,
    program: "mastra.mjs",
    args: async () => ["docs", "how do I rotate a key", await languageModel()],
    expects: /^Knead the dough[^]*keys\.md:1[^]*^It is said in .*keys\.md/m,
  },
};

/**
 * A language model for the agent's program: it asks for the tool `search` once, and then says which file it was given. Returns the URL of its OpenAI
 * interface. A real one is gigabytes; what is tried is that the agent hands over the tool and what it found.
 */
async function languageModel() {
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => response.writeHead(500).end(String(error)));
  });
  server.listen(0, "127.0.0.1");
  server.unref();
  await once(server, "listening");
  return `http://127.0.0.1:${server.address().port}/v1`;

  async function answer(request, response) {
    const { messages, stream } = await json(request);
    const found = /[^"\\]*keys\.md/.exec(JSON.stringify(messages.filter(({ role }) => role === "tool")))?.[0];
    const call = { name: "search", arguments: JSON.stringify({ query: "rotate the signing key" }) };
    const message = {
      role: "assistant",
      content: found === undefined ? null : `It is said in ${found}`,
      ...(found === undefined && { tool_calls: [{ index: 0, id: "call-1", type: "function", function: call }] }),
    };
    const finish_reason = found === undefined ? "tool_calls" : "stop";
    const whole = {
      id: "1",
      created: 1,
      model: "model",
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    };
    response.setHeader("content-type", stream ? "text/event-stream" : "application/json");
    if (!stream)
      return void response.end(
        JSON.stringify({ ...whole, object: "chat.completion", choices: [{ index: 0, message, finish_reason }] }),
      );
    const part = (choice) =>
      `data: ${JSON.stringify({ ...whole, object: "chat.completion.chunk", choices: [{ index: 0, ...choice }] })}\n\n`;
    response.end(`${part({ delta: message })}${part({ delta: {}, finish_reason })}data: [DONE]\n\n`);
  }
}

export const frameworkNames = Object.keys(frameworks);

/** Those that lie in this repository's node_modules, so that no network is needed. */
export const localFrameworks = ["ai@5", "@langchain/core@1", "@orama/orama@3"];

/** "ai 7.0.173", of what `packages` ("ai@7") name. */
function versionsIn(folder, packages) {
  return packages
    .map((each) => each.slice(0, each.lastIndexOf("@")))
    .map((name) => `${name} ${JSON.parse(readFileSync(join(folder, "node_modules", name, "package.json"))).version}`)
    .join(", ");
}

/**
 * Each framework, put into the folder in which the ones before it are, or one of its own where it does not get on with them.
 * @param together all of them are installed at once; no two may be versions of one package
 */
export async function checkFrameworks(context, names = frameworkNames, together = false) {
  const { report, work, url, tools } = context;
  const place = join(work, "frameworks");
  let shared = null;
  for (const name of names) {
    const recipe = frameworks[name];
    if (recipe === undefined) throw new Error(`unknown framework "${name}": known are ${frameworkNames.join(", ")}`);
    const { program, expects } = recipe;
    await report.row("framework", name, async () => {
      const args = typeof recipe.args === "function" ? await recipe.args() : recipe.args;
      const node = recipe.node === undefined ? process.execPath : await tools.node(recipe.node);
      const wanted = (together ? names : [name]).flatMap((each) => frameworks[each].packages);
      const isThere = together && shared !== null;
      const folder = isThere ? shared : await install(wanted, recipe.alone ? null : shared);
      if (!recipe.alone) shared = folder;
      copyFileSync(join(root, "examples/frameworks", program), join(folder, program));
      const ran = await runIn(folder, place, url, [node, program, ...args], { timeout: 300_000 });
      if (ran.status !== 0 || !expects.test(ran.stdout)) throw new Error(`expected ${expects}: ${said(ran)}`);
      return `${program}: ${versionsIn(folder, recipe.packages)}`;
    });
  }

  /** Into this folder, or a new one with our own packages. */
  async function install(packages, before) {
    mkdirSync(place, { recursive: true });
    const folder = before ?? mkdtempSync(join(place, "program-"));
    if (before === null) makeFolder(folder, keys);
    const ours = before === null ? ["ferris", "metal-candle"] : [];
    const added = await runIn(folder, place, url, [...npmInstall, "--ignore-scripts", ...ours, ...packages]);
    if (added.status !== 0) throw new Error(said(added));
    return folder;
  }
}
