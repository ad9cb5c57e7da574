/**
 * XML as a stream of elements, for the formats made of it. Entities of a document's own are not expanded, so there is nothing
 * to blow up; names keep their prefixes, which office formats never vary.
 */
import { Parser } from "htmlparser2";
import { DocumentError } from "../errors.ts";

export interface XmlReader {
  open?(name: string, attributes: Readonly<Record<string, string>>): void;
  text?(text: string): void;
  close?(name: string): void;
}

/** The library's time grows with the square of the depth; real documents stay below a hundred. */
const deepest = 1_000;

/** Reads `xml` from its beginning to its end. */
export function readXml(xml: string, reader: XmlReader): void {
  let depth = 0;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (++depth > deepest) throw new DocumentError("damaged", `XML elements nested more than ${deepest} deep`);
        reader.open?.(name, attributes);
      },
      ontext: (text) => reader.text?.(text),
      onclosetag(name) {
        depth--;
        reader.close?.(name);
      },
    },
    { xmlMode: true, decodeEntities: true },
  );
  parser.end(xml);
}

/** The text of the first element called `name`; undefined where there is none or it is empty. */
export function textOfFirst(xml: string | null, name: string): string | undefined {
  let depth = 0;
  let text = "";
  let done = false;
  readXml(xml ?? "", {
    open: (element) => {
      if (depth > 0 || element === name) depth++;
    },
    text: (more) => {
      if (depth > 0 && !done) text += more;
    },
    close: () => {
      if (depth > 0 && --depth === 0) done = true;
    },
  });
  return text.trim() === "" ? undefined : text.trim();
}
