/** `ferris mcp` on a GPU, as a process: it goes on answering, its vectors go to the GPU, and the answers stay what they were. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describeGpu } from "@ferris/testing";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { expect, onTestFinished, test } from "vitest";
import { succeeds, temporaryFolder } from "../support/ferris-here.ts";
import { ferrisCommand } from "../support/ferris-process.ts";

const onGpu = ["--device", "gpu", "--allow-software-adapter"];

describeGpu("mcp on a GPU", () => {
  test("answers the same before and after vectors went there, and says who compares them", async () => {
    const folder = temporaryFolder("assistants-gpu");
    mkdirSync(join(folder, "docs"));
    for (const subject of ["keys", "bread", "violins", "rivers"]) {
      writeFileSync(
        join(folder, "docs", `${subject}.md`),
        `# About ${subject}\n\nAll there is to know about ${subject}.\n`,
      );
    }
    await succeeds(["index", "docs", ...onGpu], { cwd: folder });
    const { file, args, env } = ferrisCommand(["mcp", ...onGpu, "-q", "--db", join(folder, ".ferris")]);
    const client = new Client({ name: "test", version: "0" });
    await client.connect(new StdioClientTransport({ command: file, args, env, cwd: folder }));
    onTestFinished(() => client.close());
    const call = async (name: string, given: Record<string, unknown>): Promise<string> => {
      const { content } = (await client.callTool({ name, arguments: given })) as CallToolResult;
      return content.map((part) => (part.type === "text" ? part.text : "")).join("");
    };
    const comparing = async (): Promise<{ retriever: string; reason: string }> =>
      JSON.parse(await call("status", {})).indexes[0].vectorRetriever;

    const query = { query: "a stringed instrument", mode: "vector" };
    const first = await call("search", query);
    expect(first).toContain("violins.md");
    expect(await comparing()).toMatchObject({ retriever: "index" });
    for (const until = Date.now() + 120_000; Date.now() < until;) {
      expect(await call("search", query)).toBe(first);
      if ((await comparing()).retriever === "gpu") break;
      await pause(20);
    }
    expect(await comparing()).toMatchObject({ retriever: "gpu", reason: expect.stringContaining("4 vectors") });
    expect(await call("search", query)).toBe(first);
  });
});
