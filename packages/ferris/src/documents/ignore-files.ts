/**
 * .gitignore, .ferrisignore and .git/info/exclude, as git reads them: nested, the deepest file that says something wins.
 *
 * Knows files with rules, not the walk: walk.ts asks it about one entry at a time, from the top down, and never descends
 * into what it answers true for.
 */
import { readFile, stat } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import ignore, { type Ignore } from "ignore";

// Within one folder the later file wins, so that .ferrisignore may bring back what .gitignore leaves out.
const ruleFiles = [".git/info/exclude", ".gitignore", ".ferrisignore"];

// As git's core.ignoreCase is set where file systems fold case.
const ignoreCase = process.platform === "win32" || process.platform === "darwin";

interface Layer {
  readonly folder: string;
  readonly rules: Ignore;
}

/** The rules that hold in a folder: its own and those of the folders above. Immutable; `enter` makes the next one down. */
export class IgnoreRules {
  readonly #layers: readonly Layer[];

  private constructor(layers: readonly Layer[]) {
    this.#layers = layers;
  }

  static readonly none = new IgnoreRules([]);

  /**
   * The rules from above `folder`, up to the top of the git repository that holds it (none for one's top, or outside). Where these
   * rules leave out `folder` itself, someone named it in spite of them, and they do not count inside.
   */
  static async above(folder: string): Promise<IgnoreRules> {
    const repository = await repositoryOf(folder);
    if (repository === null || repository === folder) return IgnoreRules.none;
    const between: string[] = [];
    for (let above = dirname(folder); above !== repository; above = dirname(above)) between.unshift(above);
    let rules = IgnoreRules.none;
    for (const above of [repository, ...between]) rules = await rules.enter(above);
    for (const step of [...between, folder]) {
      if (rules.ignores(step, true)) return IgnoreRules.none;
    }
    return rules;
  }

  /**
   * The rules inside `folder`, which these do not leave out: these and those in its own files. `names` is what the folder
   * holds, where that is known.
   */
  async enter(folder: string, names?: ReadonlySet<string>): Promise<IgnoreRules> {
    const rules = ignore({ ignorecase: ignoreCase });
    let found = false;
    for (const file of ruleFiles) {
      if (names && !names.has(file.split("/")[0])) continue;
      const text = await readOrNull(join(folder, file));
      if (text === null) continue;
      rules.add(text);
      found = true;
    }
    const layers = this.#layers.map((layer) => readmitting(layer, folder));
    return new IgnoreRules(found ? [...layers, { folder, rules }] : layers);
  }

  /** Whether the entry at the absolute `path` is left out. Its parents must have been asked about before. */
  ignores(path: string, isFolder: boolean): boolean {
    for (let i = this.#layers.length - 1; i >= 0; i--) {
      const layer = this.#layers[i];
      const inside = insideOf(layer, path);
      const result = layer.rules.test(isFolder ? `${inside}/` : inside);
      if (result.ignored) return true;
      if (result.unignored) return false;
    }
    return false;
  }
}

function insideOf(layer: Layer, path: string): string {
  return relative(layer.folder, path).split(sep).join("/");
}

/**
 * A layer that leaves out `folder`, where a deeper one brought it back, would leave out everything in it for its parent's
 * sake: it gets a rule that says otherwise.
 */
function readmitting(layer: Layer, folder: string): Layer {
  const inside = insideOf(layer, folder);
  if (!layer.rules.test(`${inside}/`).ignored) return layer;
  const readmitted = `!/${inside.replace(/[\\*?[\]!# ]/g, "\\$&")}/`;
  return { folder: layer.folder, rules: ignore({ ignorecase: ignoreCase }).add(layer.rules).add(readmitted) };
}

async function repositoryOf(start: string): Promise<string | null> {
  for (let folder = start; ; folder = dirname(folder)) {
    try {
      await stat(join(folder, ".git"));
      return folder;
    } catch {
      if (dirname(folder) === folder) return null;
    }
  }
}

async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return null;
  }
}
