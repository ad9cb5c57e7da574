/** `ferris ask` says what is doubtful about an answer: one that was cut, and citations of passages that do not exist. */
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ferris, succeeds, temporaryFolder } from "../support/ferris-here.ts";

const folder = temporaryFolder("ask");
const answer = "Create the second key first [1], then rest [42].";
let asked = "";
const server = createServer((request, response) => {
  asked = "";
  const event = { choices: [{ delta: { content: answer }, finish_reason: "length" }] };
  request.on("data", (data: Buffer) => (asked += data.toString()));
  request.on("end", () => response.end(`data: ${JSON.stringify(event)}\n\ndata: [DONE]\n\n`));
});
let environment: Record<string, string>;

beforeAll(async () => {
  mkdirSync(join(folder, "docs"));
  writeFileSync(join(folder, "docs", "keys.md"), "# Keys\n\nCreate the second key first.\n");
  await succeeds(["index", "docs", "--device", "cpu"], { cwd: folder });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  environment = {
    FERRIS_LLM_BASE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    FERRIS_LLM_MODEL: "test-model",
  };
});
afterAll(() => server.close());

test("the warnings come after the answer, and do not take it away", async () => {
  const { code, stdout, stderr } = await ferris(["ask", "--device", "cpu", "how do I rotate a key?"], {
    cwd: folder,
    environment,
  });
  expect(code).toBe(0);
  expect(stdout).toBe(`${answer}\n[1] ${join("docs", "keys.md")}:1-3\n`);
  expect(stderr).toContain("warning: the answer was cut: test-model reached its token limit");
  expect(stderr).toContain("warning: the answer cites [42], but there is 1 passage: check it");
});

test("a follow-up is told of the question before, a new question is not", async () => {
  const ask = (...args: string[]) =>
    ferris(["ask", "--device", "cpu", "--json", ...args], { cwd: folder, environment });
  const said = () => (JSON.parse(asked) as { messages: { content: string }[] }).messages.map(({ content }) => content);
  rmSync(join(folder, ".ferris", "conversation.json"), { force: true });
  const early = await ask("--continue", "and the first key?");
  expect(early).toMatchObject({ code: 2, stderr: expect.stringContaining("no conversation to continue") as string });
  const first = await ask("how do I rotate a key?");
  expect((JSON.parse(first.stdout) as { warnings: string[] }).warnings).toHaveLength(2);
  await ask("--continue", "and the second key?");
  expect(said().slice(1, 3)).toEqual(["how do I rotate a key?", answer]);
  expect(said()[3]).toContain("Question: and the second key?");
  await ask("how do I rotate a key?");
  expect(said()).toHaveLength(2);
});

test("a conversation that is a link is refused by name", async () => {
  const kept = join(folder, ".ferris", "conversation.json");
  const victim = join(folder, "victim.json");
  writeFileSync(victim, "mine");
  rmSync(kept, { force: true });
  symlinkSync(victim, kept);
  const { code, stderr } = await ferris(["ask", "--device", "cpu", "rotate a key"], { cwd: folder, environment });
  expect(code).toBe(2);
  expect(stderr).toContain("conversation.json is a symbolic link");
  expect(readFileSync(victim, "utf8")).toBe("mine");
});
