/** How `ask` ends with each way in which servers answer, over a real index: what a user would want of it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AnswerError, type AskOptions, Ferris } from "../../src/index.ts";
import { answerScenario, scenarios } from "./support/scenarios.ts";

const folder = mkdtempSync(join(tmpdir(), "ferris-ask-"));
const attempts = new Map<string, number>();
const server = createServer((request, response) => void answerScenario(request, response, attempts));
let ferris: Ferris;
let origin: string;

beforeAll(async () => {
  mkdirSync(join(folder, "docs"));
  writeFileSync(join(folder, "docs", "rollback.md"), "# Rollback\n\nRun deployctl rollback.\n");
  writeFileSync(join(folder, "docs", "health.md"), "# Health\n\nAfter a rollback wait for health checks.\n");
  ferris = await Ferris.open({ db: join(folder, "index"), device: "cpu", onNotice: () => {} });
  await ferris.index([join(folder, "docs")]);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await ferris.close();
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

/** The answer and the pieces that were shown. */
async function asked(scenario: string, options: AskOptions = {}) {
  const shown: string[] = [];
  const endpoint = { baseUrl: `${origin}/${scenario}/v1`, timeout: 20, ...options.endpoint };
  const answer = await ferris.ask("how do I do a rollback", {
    mode: "text",
    onPiece: (piece) => void shown.push(piece),
    onRestart: () => void (shown.length = 0),
    ...options,
    endpoint,
  });
  expect(shown.join("")).toBe(answer.answer);
  return answer;
}

/** Answers that come, with what is said of them: [scenario, the answer, cited, warnings (part of each)]. */
const answers: readonly (readonly [string, string, readonly number[], readonly string[]])[] = [
  ["ok", "Run deployctl rollback [1]. Then wait for health checks [1][2].", [1, 2], []],
  ["plain", "Not streamed [1].", [1], []],
  ["crlf", "Run it [1].", [1], []],
  ["think", "Run `deployctl rollback` [1].", [1], []],
  ["thinkWithoutOpening", "Run it [1].", [1], []],
  ["reasoning", "Run it [1].", [1], []],
  ["reasoningField", "Run it [1].", [1], []],
  ["parts", "Run it [1].", [1], []],
  ["partsWhole", "Run it [1].", [1], []],
  ["contentFilter", "Run it [1]. And ", [1], ["the endpoint's content filter withheld the rest"]],
  ["noAnswerInPart", "It is deployctl [1]. The documents do not answer this for the second part.", [1], []],
  ["noCitation", "Run deployctl rollback.", [], ["cites no passage"]],
  ["wrongCitation", "Run deployctl rollback [9].", [], ["cites no passage", "cites [9], but there are 2 passages"]],
  [
    "citationForms",
    "A [1-2]. B [1, 2]. C 【2】. D (passage 2). E [^1]. F [passage 2]. G [[1]]. H array[0].",
    [1, 2],
    [],
  ],
  ["code", "Use `argv[2]` and `x[9]`; see the docs.", [], ["cites no passage"]],
  ["rateLimitedOnce", "ok [1].", [1], []],
  ["loading", "ok [1].", [1], []],
  ["noSystemRole", "ok [1].", [1], []],
  ["noStreaming", "ok [1].", [1], []],
  ["slow", "slow [1].", [1], []],
  ["pings", "after pings [1].", [1], []],
  ["cutByLength", "Run deployctl [1]", [1], ["fake-1 reached its token limit"]],
  ["escapes", "\u001B]0;pwned\u0007\u001B[31mRed\u001B[0m [1]\u202E\u200B.", [1], []],
];
/** Answers that say that the documents do not hold one. */
const refusals: readonly (readonly [string, string])[] = [
  ["noAnswer", "The documents do not answer this."],
  ["noAnswerMarked", "Nothing in the passages speaks of that."],
  ["noAnswerGerman", "Die Dokumente beantworten das nicht."],
];
/** No answer, and why. */
const failures: readonly (readonly [string, string])[] = [
  ["thinkWithoutEnd", "it reached its token limit before the answer began"],
  ["reasoningOnly", "it sent only its reasoning"],
  ["toolCall", 'it called a tool ("search") instead of answering'],
  ["refusal", "it refused, in these words: I cannot help with that."],
  ["contentFilterAtOnce", "the endpoint's content filter withheld it"],
  ["unauthorized", "answered 401 (the API key is missing or wrong)"],
  ["rateLimited", "answered 429"],
  ["rateLimitedForLong", "it asks to wait 3600 s"],
  ["serverError", "answered 500"],
  ["page", "did not answer with a chat completion"],
  ["badGateway", "answered 502"],
  ["drops", "broke off in the middle of the answer"],
  ["errorInTheMiddle", "CUDA out of memory"],
  ["redirect", "redirects to another address"],
  ["notFound", "check the base URL, which usually ends in /v1"],
  ["unknownModel", "model 'fake-1' not found, try pulling it first"],
];

test.each(answers)("%s: answered", async (scenario, answer, cited, warnings) => {
  const result = await asked(scenario);
  expect(result).toMatchObject({ answered: true, answer, model: "fake-1", cited });
  expect(result.warnings).toEqual(warnings.map((part) => expect.stringContaining(part)));
});

test.each(refusals)("%s: the documents do not answer", async (scenario, answer) => {
  expect(await asked(scenario)).toMatchObject({ answered: false, answer, cited: [], warnings: [] });
});

test.each(failures)("%s: an error that says why", async (scenario, why) => {
  const failure = asked(scenario);
  await expect(failure).rejects.toThrow(AnswerError);
  await expect(failure).rejects.toThrow(why);
});

test("long: a long answer comes whole", async () => {
  expect((await asked("long")).answer).toBe(Array.from({ length: 3000 }, (_, i) => `word${i} [1] `).join(""));
});

test("temperature: sent where it was asked for, left out where the model refuses it", async () => {
  expect((await asked("temperature")).answer).toBe("ok [1].");
  expect(attempts.get("temperature")).toBe(1);
  expect((await asked("temperature", { endpoint: { temperature: 0 } })).answer).toBe("ok [1].");
  expect(attempts.get("temperature")).toBe(3);
});

test("a model that takes longer than it was given is not waited for", async () => {
  await expect(asked("slow", { endpoint: { timeout: 0.3 } })).rejects.toThrow("sent no answer for 0.3 s");
});

test("every scenario is tried here", () => {
  const tried = [...answers, ...refusals, ...failures].map(([name]) => name);
  expect([...tried, "long", "temperature"].sort()).toEqual(Object.keys(scenarios).sort());
});

test("a follow-up carries the conversation, and finds what both questions ask for", async () => {
  const first = await asked("ok");
  expect(first.conversation).toEqual([{ question: "how do I do a rollback", answer: first.answer }]);
  const next = await ferris.ask("and then?", {
    mode: "text",
    conversation: first.conversation,
    endpoint: { baseUrl: `${origin}/ok/v1` },
  });
  expect(next.passages.map(({ path }) => path).sort()).toEqual(
    ["health.md", "rollback.md"].map((name) => join(folder, "docs", name)),
  );
  expect(next.conversation).toHaveLength(2);
});
