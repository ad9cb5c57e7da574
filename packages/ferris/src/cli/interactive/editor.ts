/**
 * How an editor is told to open a file at a line: each family has its own words for it. $VISUAL and $EDITOR may hold arguments of their own.
 */

/** A program, and what it is called with. */
export interface EditorCommand {
  readonly program: string;
  readonly args: readonly string[];
}

type LineArguments = (path: string, line: number) => readonly string[];

const plusLine: LineArguments = (path, line) => [`+${line}`, path];
const colon: LineArguments = (path, line) => [`${path}:${line}`];
const families: readonly (readonly [names: string, LineArguments])[] = [
  [
    "vi vim nvim gvim mvim view vis elvis nano pico emacs emacsclient xemacs mg jed joe ne micro kak gedit less bbedit",
    plusLine,
  ],
  ["code code-insiders codium vscodium cursor windsurf positron trae", (path, line) => ["-g", `${path}:${line}`]],
  ["subl sublime_text zed zeditor hx helix lapce fleet", colon],
  ["idea webstorm pycharm goland clion rubymine phpstorm rider", (path, line) => ["--line", `${line}`, path]],
  ["kate kwrite mate xed", (path, line) => ["-l", `${line}`, path]],
  ["notepad++", (path, line) => [`-n${line}`, path]],
];
const byName = new Map(families.flatMap(([names, way]) => names.split(" ").map((name) => [name, way] as const)));

/** The user's editor for a file at a line; null where none is set. An editor that is not known is given the file alone. */
export function editorCommand(
  environment: Readonly<Record<string, string | undefined>>,
  path: string,
  line: number,
): EditorCommand | null {
  const [program, ...own] = wordsOf(environment.VISUAL || environment.EDITOR || "");
  if (program === undefined) return null;
  const name = (program.split(/[\\/]/).at(-1) ?? program).replace(/\.(?:exe|cmd|bat)$/i, "").toLowerCase();
  const way: LineArguments = byName.get(name) ?? ((file) => [file]);
  return { program, args: [...own, ...way(path, line)] };
}

/** What opens a file that has no lines, such as a PDF, in the program that the system has for it. */
export function openerCommand(path: string, platform = process.platform): EditorCommand {
  if (platform === "win32") return { program: "explorer", args: [path] };
  return { program: platform === "darwin" ? "open" : "xdg-open", args: [path] };
}

/** Words as a shell parts them: blanks divide, quotes hold together. Nothing is expanded. */
function wordsOf(text: string): string[] {
  return [...text.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) =>
    word.replaceAll(/"([^"]*)"|'([^']*)'/g, (_, double?: string, single?: string) => double ?? single ?? ""),
  );
}
