/** ferris/langchain and ferris/ai-sdk over a real index, in the frameworks themselves. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunnableLambda } from "@langchain/core/runnables";
import { generateText as generateText5, stepCountIs } from "ai";
import { MockLanguageModelV2 } from "ai/test";
import { generateText as generateText7 } from "ai-7";
import { MockLanguageModelV4 } from "ai-7/test";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Ferris } from "../../src/index.ts";
import { searchTool } from "../../src/integrations/ai-sdk.ts";
import { FerrisRetriever } from "../../src/integrations/langchain.ts";

const folder = mkdtempSync(join(tmpdir(), "ferris-integrations-"));
const keys = join(folder, "keys.md");
let ferris: Ferris;

beforeAll(async () => {
  writeFileSync(keys, "# Keys\n\n## Rotation\n\nTo rotate a key, create the second one first.\n");
  writeFileSync(
    join(folder, "bread.md"),
    "# Bread\n\nKnead the dough for ten minutes and let it rise in a warm place.\n",
  );
  ferris = await Ferris.open({ db: join(folder, ".ferris"), device: "cpu", onNotice: () => undefined });
  await ferris.index([folder]);
});
afterAll(async () => {
  await ferris.close();
  rmSync(folder, { recursive: true });
});

test("FerrisRetriever gives LangChain's documents, with where they stand", async () => {
  const retriever = new FerrisRetriever({ ferris, limit: 1, tags: ["own"] });
  const [found, ...others] = await retriever.invoke("how do I rotate a key");
  expect(others).toEqual([]);
  expect(found.pageContent).toContain("create the second one first");
  expect(found.metadata).toMatchObject({
    source: keys,
    headingPath: ["Keys", "Rotation"],
    page: null,
    type: "markdown",
  });
  expect(found.metadata.startLine).toBeGreaterThan(0);
  const chain = retriever.pipe(
    new RunnableLambda({ func: (documents: { metadata: { source: string } }[]) => documents[0].metadata.source }),
  );
  expect(await chain.invoke("how long is dough kneaded")).toBe(join(folder, "bread.md"));
  expect(await new FerrisRetriever({ ferris, minScore: 2 }).invoke("how do I rotate a key")).toEqual([]);
});

const input = JSON.stringify({ query: "how do I rotate a key", limit: 1 });
const call = { type: "tool-call", toolCallId: "1", toolName: "search", input } as const;
const usage5 = { inputTokens: 1, outputTokens: 1, totalTokens: 2 };

test("a model of ai 5 calls the tool and gets the passage", async () => {
  const answers = [
    { content: [call], finishReason: "tool-calls" as const, usage: usage5, warnings: [] },
    { content: [{ type: "text" as const, text: "done" }], finishReason: "stop" as const, usage: usage5, warnings: [] },
  ];
  let step = 0;
  const model = new MockLanguageModelV2({ doGenerate: async () => answers[step++] });
  const { steps, text } = await generateText5({
    model,
    tools: { search: searchTool(ferris, { documents: "notes about keys and bread" }) },
    prompt: "How do we rotate keys?",
    stopWhen: stepCountIs(2),
  });
  expect(text).toBe("done");
  expect(steps[0].toolResults[0].output).toMatchObject([{ path: keys, headingPath: ["Keys", "Rotation"] }]);
  const [offered] = model.doGenerateCalls[0].tools!;
  expect(offered).toMatchObject({ name: "search", inputSchema: { required: ["query"] } });
  expect((offered as { description: string }).description).toContain("notes about keys and bread");
});

test("and so does one of ai 7", async () => {
  const usage = {
    inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: 1, text: 1, reasoning: 0 },
  };
  const finishReason = { unified: "tool-calls" as const, raw: undefined };
  const model = new MockLanguageModelV4({ doGenerate: { content: [call], finishReason, usage, warnings: [] } });
  const { toolResults } = await generateText7({ model, tools: { search: searchTool(ferris) }, prompt: "?" });
  expect(toolResults[0].output).toMatchObject([{ path: keys }]);
});
