/** `ferris ask` says what is doubtful about an answer: one that was cut, and citations of passages that do not exist. */
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ferris, succeeds, temporaryFolder } from "../support/ferris-process.ts";

const folder = temporaryFolder("ask");
const answer = "Create the second key first [1], then rest [42].";
const server = createServer((_request, response) => {
  response.end(
    `data: ${JSON.stringify({ choices: [{ delta: { content: answer }, finish_reason: "length" }] })}\n\ndata: [DONE]\n\n`,
  );
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
  expect(stderr).toContain("warning: the answer was cut: test-model reached its limit of tokens");
  expect(stderr).toContain("warning: the answer cites [42], but there is 1 passage: check it");
});
