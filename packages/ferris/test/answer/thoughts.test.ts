/** Thoughts of reasoning models are kept out of the answer, wherever the stream is cut. */
import { expect, test } from "vitest";
import { ThoughtFilter } from "../../src/answer/thoughts.ts";

/** The answer, when `text` comes in pieces of `size` characters. */
function filtered(text: string, size: number): string {
  let answer = "";
  const filter = new ThoughtFilter(() => void (answer = ""));
  for (let at = 0; at < text.length; at += size) {
    // Restarting empties the answer before what follows is added.
    const shown = filter.push(text.slice(at, at + size));
    answer += shown;
  }
  return answer + filter.end();
}

const cases: readonly (readonly [string, string])[] = [
  ["<think>\nIs it [7]?\n</think>\n\nRun it [1].", "Run it [1]."],
  ["<think></think>Run it.", "Run it."],
  ["  \n<thinking>hm</thinking> Run it.", "Run it."],
  ["<think>a</think><think>b</think>Run it.", "Run it."],
  ["[THINK]a[/THINK]Run it.", "Run it."],
  ["<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>Run it.", "Run it."],
  ["No opening, thoughts all the same</think>\nRun it.", "Run it."],
  ["Run <think> as a word.", "Run <think> as a word."],
  ["a < b and <b>bold</b>", "a < b and <b>bold</b>"],
  ["<thin", "<thin"],
  ["<think>never ends", ""],
  ["ends in </thi", "ends in </thi"],
];

test.each(cases)("%s", (text, answer) => {
  for (let size = 1; size <= text.length; size++) expect(filtered(text, size), `in pieces of ${size}`).toBe(answer);
});

test("long thoughts take no memory", () => {
  const filter = new ThoughtFilter();
  filter.push("<think>");
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < 2000; i++) filter.push("x".repeat(10_000));
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(20e6);
  expect(filter.push("</think>Yes.") + filter.end()).toBe("Yes.");
});
