/** Each editor's own words for a file and a line. */
import { expect, test } from "vitest";
import { editorCommand, openerCommand } from "../../../src/cli/interactive/editor.ts";

test.each<[string, string]>([
  ["vim", "vim +7 a b.md"],
  ["/usr/bin/nvim", "/usr/bin/nvim +7 a b.md"],
  ["nano", "nano +7 a b.md"],
  ["emacsclient -t", "emacsclient -t +7 a b.md"],
  ["code -w", "code -w -g a b.md:7"],
  ["C:\\bin\\code.cmd", "C:\\bin\\code.cmd -g a b.md:7"],
  ["cursor", "cursor -g a b.md:7"],
  ["subl", "subl a b.md:7"],
  ["zed --wait", "zed --wait a b.md:7"],
  ["hx", "hx a b.md:7"],
  ["idea", "idea --line 7 a b.md"],
  ["mate -w", "mate -w -l 7 a b.md"],
  ["notepad++.exe", "notepad++.exe -n7 a b.md"],
  ['"/Applications/My Editor/subl" --new-window', "/Applications/My Editor/subl --new-window a b.md:7"],
  ["unheard-of", "unheard-of a b.md"],
])("%s", (editor, expected) => {
  const command = editorCommand({ EDITOR: editor }, "a b.md", 7)!;
  expect([command.program, ...command.args].join(" ")).toBe(expected);
  expect(command.args.at(-1)).toContain("a b.md");
});

test("VISUAL comes before EDITOR, and neither is null", () => {
  expect(editorCommand({ VISUAL: "hx", EDITOR: "ed" }, "x", 1)?.program).toBe("hx");
  expect(editorCommand({ VISUAL: "", EDITOR: "ed" }, "x", 1)?.program).toBe("ed");
  expect(editorCommand({}, "x", 1)).toBeNull();
  expect(editorCommand({ EDITOR: "  " }, "x", 1)).toBeNull();
});

test("what has no lines is the system's to open", () => {
  expect(openerCommand("a.pdf", "darwin")).toEqual({ program: "open", args: ["a.pdf"] });
  expect(openerCommand("a.pdf", "linux")).toEqual({ program: "xdg-open", args: ["a.pdf"] });
});
