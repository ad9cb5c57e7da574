/** Completion in bash: what is offered for a command line, in the words that bash makes of it. */
import { execFileSync } from "node:child_process";
import { beforeAll, describe, expect, test } from "vitest";
import { makeProgram } from "../../../src/cli/program.ts";
import { ferris } from "../support/ferris-process.ts";

let script = "";
beforeAll(async () => {
  script = (await ferris(["completion", "bash"])).stdout;
});

/** The words that are offered, or what bash is told to offer by itself. */
function complete(...words: string[]): string[] | string {
  // Outside of a completion `compopt` does nothing but complain: here it says what it was given.
  const run = [
    "compopt() { options=\"$*\"; }; options='-o default'",
    'COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _ferris',
    "if [ ${#COMPREPLY[@]} -gt 0 ]; then printf '%s\\n' \"${COMPREPLY[@]}\"; else printf '%s' \"$options\"; fi",
  ].join("\n");
  const said = execFileSync("bash", ["-c", `${script}\n${run}`, "bash", ...words], { encoding: "utf8" }).trim();
  return (
    { "-o default": "files", "+o default -o dirnames": "folders", "+o default": "nothing" }[said] ?? said.split("\n")
  );
}

describe("bash completes", () => {
  test.each<[string, string[] | string]>([
    ["search --mode |", ["hybrid", "vector", "text"]],
    ["search --mode = v", ["vector"]],
    ["search --mode =", ["hybrid", "vector", "text"]],
    ["search --mode=v", ["--mode=vector"]],
    ["search --format |", ["cards", "csv", "md", "files"]],
    ["search -f c", ["cards", "csv"]],
    ["search -d g", ["gpu"]],
    ["embed --format |", ["jsonl", "npy"]],
    ["index --type mark", ["markdown"]],
    ["bench --devices |", ["gpu", "cpu", "gpu,cpu"]],
    ["completion |", ["bash", "zsh", "fish"]],
    ["search --limit |", "nothing"],
    ["search --path |", "files"],
    ["status --db |", "folders"],
    ["--db |", "folders"],
    ["--db = x", "folders"],
    ["--db x sta", ["status"]],
    ["--db = x sta", ["status"]],
    ["--db x search --mode v", ["vector"]],
    ["search --rerank --mo", ["--mode", "--model"]],
    ["eval --compare-db |", "folders"],
    ["embed --output |", "files"],
    ["index -", expect.arrayContaining(["--include", "--db", "--help"])],
    ["status |", expect.arrayContaining(["--all", "--db", "--help"])],
    ...["index", "watch", "ls", "rm", "inspect"].map((name): [string, string] => [`${name} |`, "files"]),
    ["index --json docs d", "files"],
  ])("ferris %s", (line, expected) => {
    // A bar stands for a word that is not begun.
    expect(complete("ferris", ...line.split(" ").map((word) => (word === "|" ? "" : word)))).toEqual(expected);
  });

  test("the formats that the commands name", () => {
    for (const name of ["search", "embed"]) {
      const command = makeProgram().commands.find((candidate) => candidate.name() === name)!;
      const { description } = command.options.find(({ long }) => long === "--format")!;
      const named = description
        .replace(/\(.*/, "")
        .trim()
        .split(/, | or /);
      expect(complete("ferris", name, "--format", "")).toEqual(named);
    }
  });
});
