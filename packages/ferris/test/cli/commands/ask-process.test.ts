/** `ferris ask` as a process over real files, with a server that speaks the chat API. */
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ferris, succeeds, temporaryFolder } from "../support/ferris-here.ts";

const folder = temporaryFolder("assistants");
const keys = join(folder, "docs", "keys.md");

beforeAll(async () => {
  mkdirSync(join(folder, "docs"));
  writeFileSync(
    keys,
    "# Keys\n\nIntroduction.\n\n## Rotation\n\nCreate the second key first.\nThen revoke the old one.\n",
  );
  writeFileSync(join(folder, "docs", "bread.txt"), "Knead the dough for ten minutes and let it rise.\n");
  writeFileSync(join(folder, "secret.md"), "This file was never indexed.\n");
  await succeeds(["index", "docs", "--device", "cpu"], { cwd: folder });
});

describe("ask", () => {
  let asked = "";
  let answer = "";
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (data: Buffer) => (body += data.toString()));
    request.on("end", () => {
      asked = body;
      for (const piece of answer.match(/.{1,5}/gsu) ?? []) {
        response.write(`data: ${JSON.stringify({ choices: [{ delta: { content: piece } }] })}\n\n`);
      }
      response.end("data: [DONE]\n\n");
    });
  });
  let environment: Record<string, string>;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    environment = {
      FERRIS_LLM_BASE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
      FERRIS_LLM_MODEL: "test-model",
    };
  });
  afterAll(() => void server.close());
  const ask = (...args: string[]) => ferris(["ask", "--device", "cpu", ...args], { cwd: folder, environment });

  test("streams an answer and names the passages that it cites", async () => {
    answer = "Create the second key first [1].\n\u001b[2JDone.";
    const { code, stdout, stderr } = await ask("how do I rotate a key?");
    expect(code, stderr).toBe(0);
    expect(stdout).toBe(`Create the second key first [1].\n␛[2JDone.\n[1] ${join("docs", "keys.md")}:1-8\n`);
    expect(stderr).toContain("asking test-model");
    const { messages } = JSON.parse(asked) as { messages: { role: string; content: string }[] };
    expect(messages.map(({ role }) => role)).toEqual(["system", "user"]);
    expect(messages[1]!.content).toContain("Create the second key first.");
    expect(messages[1]!.content).not.toContain("never indexed");
  });

  test("ends with 1 when the documents do not answer", async () => {
    answer = "The documents do not answer this.";
    const { code, stdout } = await ask("who won the cup?", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ answered: false, cited: [] });
  });

  test("warns when an answer cites nothing", async () => {
    answer = "Trust me.";
    expect((await ask("how do I rotate a key?")).stderr).toContain("the answer cites no passage");
  });

  test("a model that is not there is an error", async () => {
    const { code, stderr } = await ferris(["ask", "--device", "cpu", "x"], {
      cwd: folder,
      environment: { FERRIS_LLM_BASE_URL: "http://127.0.0.1:9/v1", FERRIS_LLM_MODEL: "m" },
    });
    expect(code).toBe(2);
    expect(stderr).toContain("http://127.0.0.1:9/v1/chat/completions cannot be reached");
  });
});
