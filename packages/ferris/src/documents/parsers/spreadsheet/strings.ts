/**
 * Texts in workbooks: the shared ones, and what Excel does to characters that XML cannot hold.
 */
import { type XmlReader, XmlStream } from "../../xml/xml.ts";

/** Reads a table of shared texts piece by piece. */
export async function readSharedStrings(pieces: AsyncIterable<string> | null): Promise<string[]> {
  const strings: string[] = [];
  if (!pieces) return strings;
  const rich = new RichText();
  const stream = new XmlStream({
    open(name) {
      if (name === "si") rich.begin();
      else rich.open(name);
    },
    text: (text) => rich.text(text),
    close(name) {
      if (name === "si") strings.push(rich.end());
      else rich.close(name);
    },
  });
  for await (const piece of pieces) stream.write(piece);
  stream.end();
  return strings;
}

/** The words of a text in runs; phonetic guides repeat it in another script and are left out. */
export class RichText implements XmlReader {
  #words = "";
  #inText = false;
  #phonetic = 0;

  begin(): void {
    this.#words = "";
    this.#inText = false;
    this.#phonetic = 0;
  }

  open(name: string): void {
    if (name === "t") this.#inText = true;
    else if (name === "rPh") this.#phonetic++;
  }

  text(text: string): void {
    if (this.#inText && this.#phonetic === 0) this.#words += text;
  }

  close(name: string): void {
    if (name === "t") this.#inText = false;
    else if (name === "rPh") this.#phonetic--;
  }

  end(): string {
    return unescaped(this.#words);
  }
}

/** Excel writes characters that XML cannot hold as _x000D_, and that form itself as _x005F_x000D_. */
export function unescaped(text: string): string {
  if (!text.includes("_x")) return text;
  return text
    .replace(/_x([\dA-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/\r\n?/g, "\n")
    .replace(/\n\n(?=\S)/g, "\n")
    .replace(/[^\P{Cc}\n\t]/gu, " ");
}
