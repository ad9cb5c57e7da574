/** Which streams get colours and links. */
import { expect, test } from "vitest";
import { palette, wantsColour, wantsLinks } from "../../../src/cli/terminal/colour.ts";

const terminal = { isTTY: true };
const pipe = {};

test.each([
  ["a terminal", terminal, {}, true, true],
  ["a pipe", pipe, {}, true, false],
  ["--no-color", terminal, {}, false, false],
  ["--no-color over FORCE_COLOR", terminal, { FORCE_COLOR: "1" }, false, false],
  ["NO_COLOR", terminal, { NO_COLOR: "1" }, true, false],
  ["an empty NO_COLOR, which says nothing", terminal, { NO_COLOR: "" }, true, true],
  ["FORCE_COLOR in a pipe", pipe, { FORCE_COLOR: "1" }, true, true],
  ["FORCE_COLOR=0", terminal, { FORCE_COLOR: "0" }, true, false],
  ["a dumb terminal", terminal, { TERM: "dumb" }, true, false],
] as const)("%s", (_name, stream, environment, flag, expected) => {
  expect(wantsColour(stream, environment, flag)).toBe(expected);
});

test("links want a terminal that knows them", () => {
  expect(wantsLinks(terminal, { TERM: "xterm-256color" })).toBe(true);
  expect(wantsLinks(terminal, { TERM: "linux" })).toBe(false);
  expect(wantsLinks(pipe, {})).toBe(false);
  expect(wantsLinks(pipe, { FORCE_HYPERLINK: "1" })).toBe(true);
});

test("a palette without colour changes nothing", () => {
  expect(palette(false).match("word")).toBe("word");
  expect(palette(true).match("word")).toBe("\u001b[1m\u001b[33mword\u001b[39m\u001b[22m");
});
