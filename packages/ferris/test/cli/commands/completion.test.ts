/** Completion in the shells themselves: each script is read by its shell, and what is offered for a command line is looked at. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { ferris, temporaryFolder } from "../support/ferris-here.ts";

let bashScript = "";
beforeAll(async () => {
  bashScript = (await ferris(["completion", "bash"])).stdout;
});

/** The words that are offered, or what bash is told to offer by itself. */
function complete(...words: string[]): string[] | string {
  // Outside of a completion `compopt` does nothing but complain: here it says what it was given.
  const run = [
    "compopt() { options=\"$*\"; }; options='-o default'",
    'COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _ferris',
    "if [ ${#COMPREPLY[@]} -gt 0 ]; then printf '%s\\n' \"${COMPREPLY[@]}\"; else printf '%s' \"$options\"; fi",
  ].join("\n");
  const said = execFileSync("bash", ["-c", `${bashScript}\n${run}`, "bash", ...words], { encoding: "utf8" }).trim();
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
    ["search --format |", ["cards", "lines", "csv", "md", "files"]],
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
    ["search --reranker |", "folders"],
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
});

/** A shell that is not installed says NOT RUN; on the machine of the gate all three are. */
function inShell(name: string, tests: (script: () => string) => void): void {
  if (spawnSync(name, ["--version"]).status !== 0) {
    console.warn(`NOT RUN: completion in ${name}, which is not installed`);
    return;
  }
  describe(`${name} completes`, () => {
    let text = "";
    beforeAll(async () => {
      text = (await ferris(["completion", name])).stdout;
    });
    tests(() => text);
  });
}

/** Command lines and what must be among the offers, in every shell. */
const offers: readonly (readonly [line: string, offered: readonly string[]])[] = [
  ["ferris se", ["search"]],
  ["ferris --db x sta", ["status"]],
  ["ferris search --mode ", ["hybrid", "vector", "text"]],
  ["ferris search --device g", ["gpu"]],
  ["ferris search -d c", ["cpu"]],
  ["ferris search --re", ["--rerank", "--reranker"]],
  ["ferris search --format c", ["cards", "csv"]],
  ["ferris index --type mark", ["markdown"]],
  ["ferris bench --devices gpu,", ["gpu,cpu"]],
  ["ferris completion ", ["bash", "zsh", "fish"]],
  ["ferris index note", ["notes.md"]],
  ["ferris --quiet search --db fold", ["folder/"]],
];

function folderWithFiles(): string {
  const folder = temporaryFolder("completion");
  mkdirSync(join(folder, "folder"));
  writeFileSync(join(folder, "notes.md"), "");
  return folder;
}

inShell("fish", (script) => {
  test.each(offers)("%s", (line, offered) => {
    const folder = folderWithFiles();
    writeFileSync(join(folder, "script"), script());
    const found = execFileSync("fish", ["--no-config", "-c", `source script; complete -C '${line}'`], {
      cwd: folder,
      env: { ...process.env, HOME: folder },
      encoding: "utf8",
    });
    expect(found.split("\n").map((one) => one.split("\t")[0])).toEqual(expect.arrayContaining([...offered]));
  });
});

inShell("zsh", (script) => {
  // One shell in a terminal of its own; what `compadd` is given for a line is written down instead of shown.
  const inner = String.raw`
PROMPT=; autoload -Uz compinit && compinit -u -D; source ./script
compadd() {
  if (( ${"${"}@[(I)-[OAD]*]} )); then builtin compadd "$@"; return; fi
  local -a hits; builtin compadd -A hits "$@"
  print -rl -- $hits >> out
  builtin compadd "$@"
}
finished() { zle complete-word; print -r -- END >> out; zle kill-whole-line }
zle -N finished; bindkey '^I' finished; bindkey '^J' self-insert
print -r -- END >> out`;
  const outer = String.raw`
zmodload zsh/zpty zsh/zselect
ends() { grep -c '^END$' out 2>/dev/null }
wait_for() { repeat 200; do (( $(ends) >= $1 )) && return; zselect -t 5; zpty -rt z drained 2>/dev/null; done; print -u2 "no answer"; exit 1 }
print -n > out
zpty z zsh -f -i
zpty -w z 'source ./inner'
wait_for 1
n=1
for line in "$@"; do
  zpty -w -n z "$line"$'	'
  (( n++ )); wait_for $n
done`;

  test("without a fault that its own parser finds", () => {
    expect(spawnSync("zsh", ["-f", "-n"], { input: script(), encoding: "utf8" }).stderr).toBe("");
  });

  test("what is asked, as offered", () => {
    const folder = folderWithFiles();
    for (const [name, text] of Object.entries({ script: script(), inner, outer }))
      writeFileSync(join(folder, name), text);
    execFileSync("zsh", ["-f", "outer", ...offers.map(([line]) => line)], {
      cwd: folder,
      env: { ...process.env, HOME: folder, TERM: "dumb" },
    });
    const answers = readFileSync(join(folder, "out"), "utf8").split("END\n").slice(1);
    const missing = offers.flatMap(([line, offered], index) => {
      const found = (answers[index] ?? "").split("\n").map((one) => one.trim().replace(/=$/, ""));
      return offered.every((one) => found.includes(one) || found.includes(one.replace(/\/$/, "")))
        ? []
        : [{ line, offered, found }];
    });
    expect(missing).toEqual([]);
  });
});
