/** The question before something that cannot be undone. */
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { type Caller, runFor } from "../../../src/cli/caller.ts";
import { openSession } from "../../../src/cli/session.ts";
import { confirmed } from "../../../src/cli/terminal/confirm.ts";

/** What came of it, and what was written. */
async function asked(typed: string, { isTTY = true, options = {} } = {}): Promise<{ answer: boolean; said: string }> {
  let said = "";
  const output = { write: (data: string | Uint8Array) => Boolean((said += data.toString())), once: () => {} };
  const caller: Caller = {
    environment: {},
    folder: "/",
    stdin: Object.assign(Readable.from([Buffer.from(typed)], { objectMode: false }), { isTTY }),
    stdout: output,
    stderr: output,
    warmth: null,
    interrupted: () => new AbortController().signal,
    setExitCode: () => {},
  };
  const answer = await runFor(caller, async () =>
    confirmed(openSession(options), "Drop \u001b[31mall?", "yes" in options),
  );
  return { answer, said };
}

test("only a yes is a yes", async () => {
  expect(await asked("y\n")).toEqual({ answer: true, said: expect.stringMatching(/^Drop [^\u001b]*all\? \[y\/N\] $/) });
  for (const typed of ["Y\n", " yes\r\n", "YES"]) expect((await asked(typed)).answer, typed).toBe(true);
  for (const typed of ["", "\n", "n\n", "no\n", "yep\n", "\ny\n"])
    expect((await asked(typed)).answer, typed).toBe(false);
});

test("--yes is not asked; where nobody can be asked, it has to be said", async () => {
  expect(await asked("", { isTTY: false, options: { yes: true } })).toEqual({ answer: true, said: "" });
  await expect(asked("y\n", { isTTY: false })).rejects.toThrow(/--yes/);
  await expect(asked("y\n", { options: { json: true } })).rejects.toThrow(/--yes/);
});
