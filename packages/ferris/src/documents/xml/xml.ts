/**
 * XML as a stream of elements, for the formats made of it. Entities of a document's own are not expanded, so there is nothing
 * to blow up. Names are those of the standards, whatever prefixes a file uses (xml-names.ts).
 */
import { Parser } from "htmlparser2";
import { DocumentError } from "../../errors.ts";
import { XmlNames } from "./xml-names.ts";

export interface XmlReader {
  open?(name: string, attributes: Readonly<Record<string, string>>): void;
  text?(text: string): void;
  close?(name: string): void;
}

/** The library's time grows with the square of the depth; real documents stay below a hundred. */
const deepest = 1_000;

/** Reads `xml` from its beginning to its end. */
export function readXml(xml: string, reader: XmlReader): void {
  const stream = new XmlStream(reader);
  stream.write(xml);
  stream.end();
}

/** The same for XML that comes in pieces. */
export class XmlStream {
  readonly #parser: Parser;

  constructor(reader: XmlReader) {
    let depth = 0;
    const names = new XmlNames();
    this.#parser = new Parser(
      {
        onopentag(name, attributes) {
          if (++depth > deepest) throw new DocumentError("damaged", `XML elements nested more than ${deepest} deep`);
          const renamed = names.open(attributes);
          reader.open?.(names.element(name), renamed);
        },
        ontext: (text) => reader.text?.(text),
        onclosetag(name) {
          depth--;
          reader.close?.(names.element(name));
          names.close();
        },
      },
      { xmlMode: true, decodeEntities: true },
    );
  }

  write(piece: string): void {
    this.#parser.write(piece);
  }

  end(): void {
    this.#parser.end();
  }
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
