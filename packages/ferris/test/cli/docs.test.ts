/** docs/cli.md keeps up with the code: every command, setting, variable and exit code is in it. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { settingNames, settings } from "../../src/cli/config/settings.ts";
import { makeProgram } from "../../src/cli/program.ts";
import { manualPage } from "../../src/cli/manual.ts";
import { withReference } from "../../src/cli/reference.ts";
import { exitCodesByError } from "../../src/cli/exit-codes.ts";
import { versionOfFerris } from "../../src/cli/version.ts";
import * as errors from "../../src/errors.ts";
import * as engineErrors from "metal-candle";

const page = readFileSync(new URL("../../../../docs/cli.md", import.meta.url), "utf8");

test.each(makeProgram().commands.map((command) => command.name()))("command %s", (name) => {
  expect(page).toMatch(new RegExp(`\`${name}[ \`]|\`${name}\``));
});

test("the tables of options are those of the parser: npm run docs:cli writes them", () => {
  const plain = (text: string): string => text.replace(/[ -]+/g, " ");
  expect(plain(page)).toBe(plain(withReference(page, makeProgram())));
});

test("the manual's page is of the same definitions: npm run docs:cli writes it", () => {
  const manual = readFileSync(new URL("../../man/ferris.1", import.meta.url), "utf8");
  expect(manual).toBe(manualPage(makeProgram(), versionOfFerris()));
  // A line that begins with a dot is a request of roff's; any other would be swallowed.
  const requests = manual.split("\n").flatMap((line) => /^\.(\S+)/.exec(line)?.[1] ?? []);
  const known = ["TH", "SH", "B", "TP", "SS", "PP"];
  expect(requests.filter((request) => !known.includes(request))).toEqual([]);
  expect(requests).toContain("SH");
});

test.each(settingNames)("setting %s", (name) => {
  const row = page.split("\n").find((line) => line.startsWith(`| \`${name}\` `));
  expect(row).toBeDefined();
  const { flag, variable, inFolderFile } = settings[name];
  expect(row).toContain(variable);
  if (flag !== null) expect(row).toContain(`\`${flag}\``);
  expect(row!.split("|")[4]!.trim()).toBe(inFolderFile ? "yes" : "");
});

describe("exit codes", () => {
  const rows = page.split("\n").filter((line) => /^\| \d+/.test(line));
  test.each(Object.entries(exitCodesByError))("%s", (code, exitCode) => {
    const row = rows.find((line) => line.includes(`\`${code}\``));
    expect(row?.split("|")[1]!.trim()).toBe(String(exitCode));
  });

  const own = classesOf<errors.FerrisError>(errors, errors.FerrisError);
  const engine = classesOf<engineErrors.MetalCandleError>(engineErrors, engineErrors.MetalCandleError);
  test.each([...own, ...engine])("%s has a number", (_name, Type) => {
    const { code } = new Type("");
    // Calls after close() are mistakes of a program, which the command line does not make.
    if (code === "MODEL_CLOSED") return;
    expect(exitCodesByError).toHaveProperty(code);
  });

  test("no two errors share a number, except the general one", () => {
    const numbers = Object.values(exitCodesByError).filter((code) => code !== 2);
    expect(new Set(numbers).size).toBe(numbers.length);
  });
});

function classesOf<Base>(module: object, base: abstract new (...given: never) => Base) {
  return Object.entries(module).filter(
    (entry): entry is [string, new (message: string) => Base] =>
      typeof entry[1] === "function" && entry[1].prototype instanceof base,
  );
}
