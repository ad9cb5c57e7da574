/**
 * docs/cli.md keeps up with the code: every command, setting, variable and exit code is in it. And all documents with the parser: a command,
 * an option or an exit code that one of them names exists.
 */
import { readdirSync, readFileSync } from "node:fs";
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

describe("commands and options that documents name", () => {
  const root = new URL("../../../../", import.meta.url);
  const documents = [
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "docs/reports/README.md",
    "packages/ferris/README.md",
    "packages/metal-candle/README.md",
    "packages/all-minilm-l6-v2-q8/README.md",
    ...readdirSync(new URL("docs", root), { encoding: "utf8" })
      .filter((name) => name.endsWith(".md"))
      .map((name) => `docs/${name}`),
  ];
  const program = makeProgram();
  const optionsOf = ({ options }: ReturnType<typeof makeProgram>): string[] =>
    options.flatMap(({ long, short }) => [long, short].filter((flag) => typeof flag === "string"));
  const everywhere = [...optionsOf(program), "--help", "-h", "--version", "-V"];
  const known = new Map(
    program.commands.map((command) => [command.name(), new Set([...optionsOf(command), ...everywhere])]),
  );
  const anyOption = new Set([...known.values()].flatMap((flags) => [...flags]));
  /** Of other programs: npm, bundlers, our own scripts; and one that stands for any in a search's example. */
  const foreign = new Set([
    "--omit",
    "--format=esm",
    "--splitting",
    "--out",
    "--sections",
    "--dtypes",
    "--network",
    "--packages",
    "--permission",
    "--allow-addons",
    "--allow-worker",
    "--flag",
  ]);

  /** What is typed behind `ferris`, in code within a sentence or in a block; what follows two spaces in a block is said about it. */
  function linesOf(text: string): string[] {
    const spans = [...text.matchAll(/`(?:npx )?ferris\s([^`]+)`/g)].map(([, line]) => line!);
    const blocks = [...text.matchAll(/^ {4,}(?:.*-- )?(?:npx )?ferris (.*?)(?: {2}.*)?$/gm)].map(([, line]) => line!);
    return [...spans, ...blocks].map((line) => line.replace(/\s+/g, " ").trim());
  }

  test.each(documents)("%s", (name) => {
    const text = readFileSync(new URL(name, root), "utf8");
    for (const line of linesOf(text)) {
      const words = line.replace(/"[^"]*"/g, "TEXT").split(" ");
      const command = words.find((word) => !word.startsWith("-"));
      // `ferris --help`, `ferris COMMAND [options]`, `ferris help COMMAND`.
      if (command === undefined || command === "help" || /^[A-Z]/.test(command)) continue;
      expect([...known.keys()], line).toContain(command);
      const flags = words.filter((word) => /^--?[a-z]/i.test(word)).map((word) => word.split("=")[0]!);
      expect(
        flags.filter((flag) => !known.get(command)!.has(flag)),
        line,
      ).toEqual([]);
    }
    for (const [, flag] of text.matchAll(/`(--[a-z][a-z-]*(?:=esm)?)[^`]*`/g)) {
      if (!foreign.has(flag!)) expect([...anyOption], flag).toContain(flag);
    }
  });

  test.each(["Dockerfile", "compose.yaml", "compose.gpu.yaml", "kubernetes/ferris.yaml"])("deploy/%s", (name) => {
    const text = readFileSync(new URL(`deploy/${name}`, root), "utf8");
    const lists = [...text.matchAll(/\[([^[\]\n]*)\]/g)].map(([, list]) =>
      list!.split(",").map((word) => word.trim().replace(/^["']|["']$/g, "")),
    );
    const lines = lists.filter(([command]) => known.has(command!));
    expect(lines.length).toBeGreaterThan(0);
    for (const [command, ...words] of lines) {
      const flags = words.filter((word) => word.startsWith("-")).map((word) => word.split("=")[0]!);
      expect(flags.filter((flag) => !known.get(command!)!.has(flag))).toEqual([]);
    }
  });

  test("exit codes that documents name are those of the table", () => {
    const numbers = new Set([0, 1, ...Object.values(exitCodesByError), 130, 143]);
    for (const name of documents) {
      const text = readFileSync(new URL(name, root), "utf8").replace(/\s+/g, " ");
      const named = [...text.matchAll(/(?:exit code(?: is)?(?: then)?|ends with) (\d+)(?: or (\d+))?/g)];
      for (const number of named.flatMap(([, ...found]) => found.filter(Boolean))) {
        expect([...numbers], `${name}: ${number}`).toContain(Number(number));
      }
    }
  });
});

function classesOf<Base>(module: object, base: abstract new (...given: never) => Base) {
  return Object.entries(module).filter(
    (entry): entry is [string, new (message: string) => Base] =>
      typeof entry[1] === "function" && entry[1].prototype instanceof base,
  );
}
