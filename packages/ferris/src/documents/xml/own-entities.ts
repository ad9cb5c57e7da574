/**
 * Entities that a document declares for itself, between the brackets of its DOCTYPE: `<!ENTITY ship "Aurora">` and then `&ship;`.
 *
 * What they stand for is text here, without the tags in it. It may be a stranger's: how long one may grow, and all of them together, is
 * bounded. Parts of the document that are files of their own (SYSTEM) are not read, but named.
 */

const longestBrackets = 2 ** 20;
/** Of what one entity stands for, as it is written. */
const longestText = 10_000;
/** What entities within it add: more is a bomb. */
const mostAdded = 1_000;
/** Of all texts that are put in their places. */
const mostText = 2 ** 20;
const deepest = 10;

const declaration =
  /<!ENTITY\s+([\w.:-]{1,200})\s+(?:"([^"]*)"|'([^']*)'|(?:SYSTEM|PUBLIC\s+(?:"[^"]*"|'[^']*'))\s+(?:"([^"]*)"|'([^']*)'))/y;
const reference = /&([\w.:-]{1,200});/g;

export class OwnEntities {
  /** Where the brackets stand in the document; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  readonly #texts: ReadonlyMap<string, string>;
  readonly #files: ReadonlyMap<string, string>;
  readonly #resolved = new Map<string, string | null>();
  readonly #notRead = new Set<string>();
  #left = mostText;

  constructor(start: number, end: number, texts: ReadonlyMap<string, string>, files: ReadonlyMap<string, string>) {
    this.start = start;
    this.end = end;
    this.#texts = texts;
    this.#files = files;
  }

  /** Files that the document consists of and that are not in it, as far as they were asked for. */
  get notRead(): readonly string[] {
    return [...this.#notRead];
  }

  /** What `&name;` stands for, references of XML and HTML in it as they are written; null where that is not declared, or without end. */
  textOf(name: string): string | null {
    const file = this.#files.get(name);
    if (file !== undefined) {
      this.#notRead.add(file);
      return "";
    }
    const text = this.#resolve(name, 0);
    if (text === null || text.length > this.#left) return null;
    this.#left -= text.length;
    return text;
  }

  #resolve(name: string, depth: number): string | null {
    const known = this.#resolved.get(name);
    if (known !== undefined) return known;
    const written = this.#texts.get(name);
    if (written === undefined || written.length > longestText || depth > deepest) return null;
    // Until it is known: one that stands for itself stays as it is.
    this.#resolved.set(name, null);
    let room = mostAdded;
    const text = written.replace(/<[^<>]*>/g, "").replace(reference, (whole, inner: string) => {
      const found = this.#resolve(inner, depth + 1) ?? whole;
      room -= found.length;
      return room > 0 ? found : "";
    });
    const resolved = room > 0 ? text : null;
    this.#resolved.set(name, resolved);
    return resolved;
  }
}

/** Null for a document without brackets in its DOCTYPE. */
export function ownEntities(xml: string): OwnEntities | null {
  const opening = /^(?:\s|\ufeff|<\?[^>]{0,1000}>|<!--(?:(?!-->)[^]){0,10000}-->)*<!DOCTYPE\s[^[>]{0,2000}\[/i.exec(
    xml.slice(0, 50_000),
  );
  if (!opening) return null;
  const start = opening[0].length - 1;
  const texts = new Map<string, string>();
  const files = new Map<string, string>();
  const last = Math.min(xml.length, start + longestBrackets);
  let at = start + 1;
  while (at < last && xml[at] !== "]") {
    if (xml.startsWith("<!--", at)) at = behind(xml, "-->", at, last);
    else if (xml.startsWith("<?", at)) at = behind(xml, "?>", at, last);
    else if (xml[at] === "<") {
      declaration.lastIndex = at;
      const [whole, name = "", quoted, single, file, singleFile] = declaration.exec(xml) ?? [];
      const text = quoted ?? single;
      if (whole !== undefined && !texts.has(name) && !files.has(name)) {
        if (text !== undefined) texts.set(name, text);
        else files.set(name, file ?? singleFile ?? "");
      }
      at = declarationEnd(xml, at, last);
    } else at++;
  }
  return at < last ? new OwnEntities(start, at + 1, texts, files) : null;
}

function behind(xml: string, ending: string, from: number, last: number): number {
  const found = xml.indexOf(ending, from);
  return found < 0 ? last : found + ending.length;
}

/** Behind the ">" that is not in quotes. */
function declarationEnd(xml: string, start: number, last: number): number {
  for (let at = start; at < last; at++) {
    const sign = xml[at]!;
    if (sign === ">") return at + 1;
    if (sign === '"' || sign === "'") {
      const closing = xml.indexOf(sign, at + 1);
      if (closing < 0) return last;
      at = closing;
    }
  }
  return last;
}
