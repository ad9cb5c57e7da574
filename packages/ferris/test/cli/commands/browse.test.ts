/**
 * The interactive search in a real terminal: keys in, what is on the screen out. The terminal is made by `script` of util-linux; where that is
 * not installed these tests are NOT RUN.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { ferris, succeeds, temporaryFolder } from "../support/ferris-here.ts";
import { ferrisCommand } from "../support/ferris-process.ts";

const folder = temporaryFolder("browse");
const opened = join(folder, "opened.txt");
/** Where an editor would be: it writes down what it was called with. */
const editor = join(folder, "vim");

const terminal = /util-linux/.test(spawnSync("script", ["--version"], { encoding: "utf8" }).stdout ?? "");
if (!terminal) console.warn("NOT RUN: the interactive search in a terminal, util-linux's script is not installed");

/** Milliseconds for what comes in a fraction of a second, on a machine that does nothing else. */
const patience = 120_000;

const keys = {
  down: "\u001b[B",
  up: "\u001b[A",
  enter: "\r",
  escape: "\u001b",
  interrupt: "\u0003",
  backspace: "\u007f",
  tab: "\t",
};

/** `ferris ARGS` on a terminal of 80 by 24. */
class Screen {
  output = "";
  readonly #child: ChildProcess;
  readonly ended: Promise<number | null>;

  constructor(
    args: readonly string[],
    {
      cwd = folder,
      environment = {},
      columns = 80,
    }: { cwd?: string; environment?: Record<string, string>; columns?: number } = {},
  ) {
    const {
      file,
      args: all,
      env,
    } = ferrisCommand(args, { TERM: "xterm-256color", EDITOR: editor, VISUAL: undefined, ...environment });
    const quoted = [file, ...all].map((word) => `'${word}'`).join(" ");
    const command = `stty cols ${columns} rows 24; exec ${quoted}`;
    this.#child = spawn("script", ["-q", "-e", "-f", "-c", command, "/dev/null"], { cwd, env, stdio: "pipe" });
    this.#child.stdout!.on("data", (data: Buffer) => (this.output += data.toString()));
    this.ended = new Promise((resolve) => this.#child.on("close", resolve));
    onTestFinished(() => void this.#child.kill("SIGKILL"));
  }

  press(text: string): void {
    this.#child.stdin!.write(text);
  }

  /** Waits until this has come, since the last wait. */
  async shows(pattern: RegExp | string): Promise<void> {
    const until = Date.now() + patience;
    for (;;) {
      const text = stripVTControlCharacters(this.output);
      if (typeof pattern === "string" ? text.includes(pattern) : pattern.test(text)) break;
      if (Date.now() > until) throw new Error(`never saw ${String(pattern)} in:\n${text.slice(-3000)}`);
      await sleep(30);
    }
    this.output = "";
  }
}

beforeAll(async () => {
  mkdirSync(join(folder, "notes"));
  writeFileSync(
    join(folder, "notes", "keys.md"),
    "# Keys\n\nHow to rotate the signing key:\ncreate the second key first.\n",
  );
  writeFileSync(join(folder, "notes", "evil.md"), "# Escapes\n\nA signing \u001b[2Jkey of the zebra.\n");
  writeFileSync(join(folder, "notes", "bread.md"), "# Bread\n\nKnead the dough and let it rise.\n");
  writeFileSync(editor, `#!/bin/sh\necho "$@" >> '${opened}'\n`);
  chmodSync(editor, 0o755);
  await succeeds(["index", "notes", "--device", "cpu"], { cwd: folder });
});

describe.runIf(terminal)("on a terminal", () => {
  test("ferris alone: type, see, choose, open at the line, and leave", async () => {
    const screen = new Screen([], { environment: { FERRIS_DEVICE: "cpu" } });
    await screen.shows("type what you are looking for");
    screen.press("sign");
    await screen.shows(/notes\/(?:keys|evil)\.md/);
    screen.press("ing key");
    await screen.shows(/2 results by meaning and words|3 results by meaning and words/);
    screen.press(keys.down);
    await screen.shows("❯");
    screen.press(keys.up);
    screen.press(keys.enter);
    // The search is drawn before the editor starts and after it has ended.
    await vi.waitUntil(() => existsSync(opened) && readFileSync(opened, "utf8").endsWith("\n"), { timeout: patience });
    await screen.shows("ferris › signing key");
    expect(readFileSync(opened, "utf8")).toMatch(/^\+\d+ \S*notes\/(?:keys|evil)\.md\n$/);
    screen.press(keys.escape);
    expect(await screen.ended).toBe(0);
  }, 600_000);

  test("what a document says does not steer the terminal, and Ctrl-C leaves", async () => {
    const screen = new Screen(["browse", "--mode", "text", "zebra"]);
    await vi.waitUntil(() => screen.output.includes("evil.md"), { timeout: patience });
    expect(screen.output).toContain("␛[2J");
    // The screen is cleared once, by us.
    expect(screen.output.split("\u001b[2J").length - 1).toBe(1);
    screen.press(keys.interrupt);
    expect(await screen.ended).toBe(0);
  }, 600_000);

  test("Tab changes the mode; without an editor the place is printed", async () => {
    const screen = new Screen(["browse", "--mode", "text", "dough"], {
      environment: { EDITOR: "", FERRIS_DEVICE: "cpu" },
    });
    await screen.shows("1 result by words");
    screen.press(keys.tab);
    await screen.shows(/by meaning and words/);
    screen.press(keys.enter);
    await screen.shows(`${join(folder, "notes", "bread.md")}:3`);
    expect(await screen.ended).toBe(0);
  }, 600_000);

  test("a terminal that says that it has no columns is taken for one of 80", async () => {
    const screen = new Screen([], { environment: { FERRIS_DEVICE: "cpu" }, columns: 0 });
    await screen.shows("type what you are looking for");
    screen.press(keys.interrupt);
    expect(await screen.ended).not.toBeNull();
  });

  test("without an index it is the first page of help, as ever", async () => {
    const screen = new Screen([], { cwd: temporaryFolder("browse-none") });
    await screen.shows("Usage: ferris COMMAND");
    expect(await screen.ended).toBe(2);
  }, 600_000);
});

test("without a terminal there is help, and browse says what it needs", async () => {
  expect((await ferris([], { cwd: folder })).stderr).toContain("Usage: ferris COMMAND");
  const refused = await ferris(["browse"], { cwd: folder });
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("needs a terminal")]);
});
