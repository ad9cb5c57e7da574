/**
 * What stands before a Markdown text: YAML between `---` and `---` or `...`, TOML between `+++`, JSON in braces (Hugo), pandoc's `% title`; and the title
 * in it.
 *
 * A rule (`---`) may open a text as well: it is front matter only if what follows up to the next rule names something.
 */
import { parseDocument } from "yaml";
import { oneLine } from "../../content-builder.ts";

export interface FrontMatter {
  /** Where the text after it starts. */
  readonly end: number;
  readonly title: string | undefined;
  /** What else of it can be searched by: tag, date, author. */
  readonly fields?: Readonly<Record<string, readonly string[]>>;
}

/** Longer ones are data; only their title is looked for, by its line. */
const parsedUpTo = 2 ** 16;

const none: FrontMatter = { end: 0, title: undefined };

/** Of a text that has none, `end` is 0. */
export function frontMatterOf(content: string): FrontMatter {
  const pandoc = /^% ?([^\r\n]+)\r?\n(?:[ \t][^\r\n]+\r?\n)*(?:%[^\r\n]*(?:\r?\n|$)){0,2}/.exec(content);
  if (pandoc) return { end: pandoc[0].length, title: oneLine(pandoc[1]!) || undefined };
  if (content.startsWith("{")) return jsonFrontMatter(content);
  const opening = /^(---|\+\+\+)[ \t]*\r?\n/.exec(content);
  if (!opening) return none;
  const closing = opening[1] === "---" ? /^(?:---|\.\.\.)[ \t]*\r?$/gm : /^\+\+\+[ \t]*\r?$/gm;
  closing.lastIndex = opening[0].length;
  const closed = closing.exec(content);
  if (!closed) return none;
  const inside = content.slice(opening[0].length, closed.index);
  const newline = content.indexOf("\n", closed.index);
  const end = newline < 0 ? content.length : newline + 1;
  if (opening[1] === "+++") return { end, title: tomlTitle(inside), ...fieldsIn(tomlValues(inside)) };
  return namesSomething(inside) ? { end, title: yamlTitle(inside), ...fieldsOf(inside) } : none;
}

/** Whether lines are YAML's: the first that is not a comment says `key:`, and all that are not indented belong to such a list. */
function namesSomething(yaml: string): boolean {
  if (yaml.trim() === "") return !/\n\s*\n/.test(yaml) && yaml.length < 3;
  if (/^[ \t]*\r?\n/.test(yaml)) return false;
  // A heading of Markdown between empty lines: what stood before it was prose with a colon.
  if (/(?:^|\n)[ \t]*\r?\n#{1,6} \S[^\n]*\n[ \t]*\r?\n/.test(yaml)) return false;
  const lines = yaml.split("\n").filter((line) => /^[^\s#]/.test(line));
  const key = /^(?:[^\s:#[\]{},&*!|>%@`"'-][^:#]{0,200}|"[^"]{1,200}"|'[^']{1,200}'|\?[^:]{0,200})\s*:(?:\s|$)/;
  // An unindented list belongs to its key; brackets, braces and quotes may be closed at the margin.
  return lines.length > 0 && key.test(lines[0]!) && lines.every((line) => key.test(line) || /^[-\]}"'\\]/.test(line));
}

const fieldKeys: Readonly<Record<string, readonly string[]>> = {
  tag: ["tags", "tag", "keywords", "categories", "category"],
  date: ["date", "created", "published", "updated", "modified"],
  author: ["author", "authors"],
};
const mostValues = 100;
const longestValue = 200;

function fieldsOf(yaml: string): Pick<FrontMatter, "fields"> {
  if (yaml.length > parsedUpTo) return {};
  try {
    const document = parseDocument(yaml, { strict: false, uniqueKeys: false, logLevel: "silent" });
    const said: unknown = document.toJS({ maxAliasCount: 100 });
    if (typeof said !== "object" || said === null) return {};
    return fieldsIn(said);
  } catch {
    return {};
  }
}

function fieldsIn(said: object): Pick<FrontMatter, "fields"> {
  const byKey = new Map(Object.entries(said).map(([key, value]) => [key.toLowerCase(), value as unknown]));
  const fields: Record<string, string[]> = {};
  for (const [field, keys] of Object.entries(fieldKeys)) {
    const values = keys.flatMap((key) => valuesOf(byKey.get(key), field === "tag")).slice(0, mostValues);
    if (values.length > 0) fields[field] = values;
  }
  return Object.keys(fields).length > 0 ? { fields } : {};
}

/** An object in front of everything, which ends at the first brace that closes it at the margin. */
function jsonFrontMatter(content: string): FrontMatter {
  const end = /^\}[ \t]*\r?(?:\n|$)/m.exec(content.slice(0, parsedUpTo));
  if (!end) return none;
  try {
    const said: unknown = JSON.parse(content.slice(0, end.index + 1));
    if (typeof said !== "object" || said === null) return none;
    const title = "title" in said && typeof said.title === "string" ? oneLine(said.title) || undefined : undefined;
    return { end: end.index + end[0].length, title, ...fieldsIn(said) };
  } catch {
    return none;
  }
}

/** Texts and lists of texts by their names, as Hugo and Zola have them; those in tables ([taxonomies]) too. */
function tomlValues(toml: string): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  if (toml.length > parsedUpTo) return values;
  for (const [, name, written] of toml.matchAll(
    /^[ \t]*([A-Za-z]{1,50})[ \t]*=[ \t]*(\[[^\]]{0,5000}\]|"[^"\n]{0,500}"|'[^'\n]{0,500}'|\d{4}-\d\d-\d\d\S*)/gm,
  )) {
    const texts = [...written!.matchAll(/"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'/g)].map(
      ([, double, single]) => double ?? single!,
    );
    values[name!] ??= texts.length === 0 ? written!.slice(0, 10) : written!.startsWith("[") ? texts : texts[0];
  }
  return values;
}

/** Texts of a value: a list, or one; tags in one text stand apart by commas or spaces. */
function valuesOf(value: unknown, isTag: boolean): string[] {
  if (Array.isArray(value))
    return value.flatMap((item) => valuesOf(item, false).map((text) => (isTag ? text.replace(/^#/, "") : text)));
  // People with more than a name: Quarto's, Hugo's.
  if (!isTag && typeof value === "object" && value !== null && "name" in value) return valuesOf(value.name, false);
  if (value instanceof Date) return [value.toISOString().slice(0, 10)];
  if (typeof value !== "string" && typeof value !== "number") return [];
  const text = oneLine(String(value)).slice(0, longestValue);
  const parts = isTag ? text.split(/[,\s]+/).map((tag) => tag.replace(/^#/, "")) : [text];
  return parts.filter((part) => part !== "");
}

function yamlTitle(yaml: string): string | undefined {
  if (yaml.length <= parsedUpTo) {
    try {
      const document = parseDocument(yaml, { strict: false, uniqueKeys: false, logLevel: "silent" });
      const found: unknown = document.get("title") ?? document.get("Title");
      if (typeof found === "string" || typeof found === "number") return oneLine(String(found)) || undefined;
      if (found !== undefined && found !== null && document.errors.length === 0) return undefined;
    } catch {
      // No list of names after all: then by its line.
    }
  }
  return titleLine(yaml, ":");
}

function tomlTitle(toml: string): string | undefined {
  return titleLine(toml, "=");
}

function titleLine(text: string, sign: string): string | undefined {
  const value = new RegExp(`^title[ \\t]*${sign}[ \\t]*(\\S[^\\r\\n]*)`, "im").exec(text)?.[1];
  if (value === undefined) return undefined;
  const literal = /^('''|')(.*?)\1/.exec(value)?.[2];
  const quoted = /^(?:"""(.*?)"""|"((?:[^"\\]|\\.)*)")/
    .exec(value)
    ?.slice(1)
    .find((found) => found !== undefined);
  return oneLine(literal ?? quoted?.replace(/\\(.)/g, "$1") ?? value.replace(/\s#.*$/, "")) || undefined;
}
