/** The table of settings can be pasted anywhere: keys and passwords are not in it. */
import { expect, test } from "vitest";
import { shownValue } from "../../../src/cli/config/shown.ts";

test.each([
  ["llmApiKey", "secret", "(set)"],
  ["llmApiKey", null, null],
  ["llmBaseUrl", "https://me:secret@host/v1", "https://me:***@host/v1"],
  ["llmBaseUrl", "https://host/v1", "https://host/v1"],
  ["model", "folder@home", "folder@home"],
] as const)("%s %j is shown as %j", (name, value, shown) => {
  expect(shownValue(name, value)).toBe(shown);
});
