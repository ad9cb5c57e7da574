/** What the page and `serve --open` start: programs of the test's own on PATH write down what they are called with. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openFile } from "../../../src/cli/interactive/open-file.ts";
import { openInBrowser } from "../../../src/cli/io/open-in-browser.ts";

let folder: string;
const told = (name: string) => join(folder, `${name}.told`);

/** A program that writes its arguments, one a line, and ends so. */
function program(name: string, code = 0): void {
  const path = join(folder, name);
  writeFileSync(
    path,
    `#!/bin/sh\nprintf '%s\\n' "$@" > '${told(name)}.part'\nmv '${told(name)}.part' '${told(name)}'\nexit ${code}\n`,
  );
  chmodSync(path, 0o755);
}

async function argumentsOf(name: string): Promise<string[]> {
  await vi.waitUntil(() => existsSync(told(name)), { timeout: 120_000 });
  return readFileSync(told(name), "utf8").trimEnd().split("\n");
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ferris-opened-"));
  vi.stubEnv("PATH", `${folder}${delimiter}${process.env.PATH ?? ""}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

// Windows opens by explorer.exe, which is not found on PATH first.
describe.runIf(process.platform === "linux")("with programs of its own", () => {
  test("--open: the page's address goes to the system's program, as one argument", async () => {
    program("xdg-open");
    openInBrowser("http://0.0.0.0:8088/", (reason) => expect.unreachable(reason));
    expect(await argumentsOf("xdg-open")).toEqual(["http://127.0.0.1:8088/"]);
  });

  test("--open: a program that fails, or is not there, is told", async () => {
    program("xdg-open", 3);
    const failed = await new Promise((resolve) => openInBrowser("http://127.0.0.1:1/", resolve));
    expect(failed).toBe("xdg-open ended with 3");
    vi.stubEnv("PATH", join(folder, "empty"));
    const missing = await new Promise((resolve) => openInBrowser("http://127.0.0.1:1/", resolve));
    expect(missing).toBe("xdg-open is not installed");
  });

  test("a passage goes to the editor at its line, whatever its name says", async () => {
    program("code");
    vi.stubEnv("VISUAL", "code -w");
    await openFile({ path: "/notes/a; rm -rf $HOME `x`.md", line: 12 });
    expect(await argumentsOf("code")).toEqual(["-w", "-g", "/notes/a; rm -rf $HOME `x`.md:12"]);
  });

  test("a file without lines goes to the system's program", async () => {
    program("xdg-open");
    await openFile({ path: "/notes/manual.pdf", line: null });
    expect(await argumentsOf("xdg-open")).toEqual(["/notes/manual.pdf"]);
  });

  test("without an editor, or with one that needs the terminal, it says what to set", async () => {
    vi.stubEnv("VISUAL", "");
    vi.stubEnv("EDITOR", "");
    await expect(openFile({ path: "/a.md", line: 1 })).rejects.toThrow(
      "no editor is set: start the server with VISUAL",
    );
    vi.stubEnv("EDITOR", "/usr/bin/vim");
    await expect(openFile({ path: "/a.md", line: 1 })).rejects.toThrow("vim needs a terminal");
    vi.stubEnv("EDITOR", "no-such-editor");
    await expect(openFile({ path: "/a.md", line: 1 })).rejects.toThrow("no-such-editor cannot be started");
  });
});
