/**
 * Names of XML elements and attributes as their standards spell them, whatever prefix a file binds to a namespace: a parser
 * compares with "w:p" and means WordprocessingML's paragraph, also in Strict files and those that call it "ns0:p" or "p".
 *
 * Names in namespaces that are not listed, and prefixes that are not bound, stay as they are written.
 */

const openXml = "http://schemas.openxmlformats.org/";
const strict = "http://purl.oclc.org/ooxml/";
const microsoft = "http://schemas.microsoft.com/office/";
const openDocument = "urn:oasis:names:tc:opendocument:xmlns:";

/** Prefixes by namespace; "" for vocabularies that stand alone in their files. */
const prefixes = new Map<string, string>([
  ...bothKinds("wordprocessingml/2006/main", "wordprocessingml/main", "w"),
  ...bothKinds("spreadsheetml/2006/main", "spreadsheetml/main", ""),
  ...bothKinds("presentationml/2006/main", "presentationml/main", "p"),
  ...bothKinds("drawingml/2006/main", "drawingml/main", "a"),
  ...bothKinds("drawingml/2006/chart", "drawingml/chart", "c"),
  ...bothKinds("drawingml/2006/chartDrawing", "drawingml/chartDrawing", "cdr"),
  ...bothKinds("drawingml/2006/diagram", "drawingml/diagram", "dgm"),
  ...bothKinds("drawingml/2006/picture", "drawingml/picture", "pic"),
  ...bothKinds("drawingml/2006/spreadsheetDrawing", "drawingml/spreadsheetDrawing", "xdr"),
  ...bothKinds("drawingml/2006/wordprocessingDrawing", "drawingml/wordprocessingDrawing", "wp"),
  ...bothKinds("officeDocument/2006/relationships", "officeDocument/relationships", "r"),
  ...bothKinds("officeDocument/2006/math", "officeDocument/math", "m"),
  [`${openXml}markup-compatibility/2006`, "mc"],
  [`${openXml}package/2006/relationships`, ""],
  [`${openXml}package/2006/content-types`, ""],
  [`${openXml}package/2006/metadata/core-properties`, "cp"],
  [`${microsoft}word/2010/wordprocessingShape`, "wps"],
  [`${microsoft}drawing/2010/main`, "a14"],
  [`${microsoft}drawing/2012/chart`, "c15"],
  [`${microsoft}drawing/2014/chartex`, "cx"],
  [`${microsoft}drawing/2008/diagram`, "dsp"],
  [`${microsoft}spreadsheetml/2018/threadedcomments`, ""],
  [`${microsoft}powerpoint/2018/8/main`, "p188"],
  ["urn:schemas-microsoft-com:vml", "v"],
  ["http://schemas.microsoft.com/office/word/2003/wordml", "w"],
  ["http://schemas.microsoft.com/office/word/2003/auxHint", "wx"],
  ["http://schemas.microsoft.com/aml/2001/core", "aml"],
  ["urn:schemas-microsoft-com:office:spreadsheet", "ss"],
  ["urn:schemas-microsoft-com:office:excel", "x"],
  ["http://schemas.microsoft.com/office/2006/xmlPackage", "pkg"],
  ...["office", "text", "table", "presentation", "meta", "style", "chart", "form", "manifest", "script"].map(
    (name) => [`${openDocument}${name}:1.0`, name] as const,
  ),
  [`${openDocument}drawing:1.0`, "draw"],
  [`${openDocument}svg-compatible:1.0`, "svg"],
  [`${openDocument}xsl-fo-compatible:1.0`, "fo"],
  [`${openDocument}datastyle:1.0`, "number"],
  [`${openDocument}container`, ""],
  ["http://www.idpf.org/2007/opf", ""],
  ["http://www.idpf.org/2007/ops", "epub"],
  ["http://www.daisy.org/z3986/2005/ncx/", ""],
  ["http://www.w3.org/1998/Math/MathML", "math"],
  ["http://www.w3.org/1999/xlink", "xlink"],
  ["http://purl.org/dc/elements/1.1/", "dc"],
  ["http://purl.org/dc/terms/", "dcterms"],
]);

function bothKinds(transitional: string, strictName: string, prefix: string): (readonly [string, string])[] {
  return [
    [openXml + transitional, prefix],
    [strict + strictName, prefix],
  ];
}

const letterX = 0x78;

interface Scope {
  /** Whether the file's prefixes are the standards' own: nearly always. */
  readonly isUsual: boolean;
  /** What the file's prefixes stand for here; "" is the default namespace of elements. */
  readonly bound: ReadonlyMap<string, string>;
  readonly elements: Map<string, string>;
  readonly attributes: Map<string, string>;
}

/** Follows the scopes of one document. */
export class XmlNames {
  #scope: Scope = { isUsual: true, bound: new Map(), elements: new Map(), attributes: new Map() };
  /** Scopes outside of the current one, with the depth at which they come back. */
  readonly #outer: { scope: Scope; depth: number }[] = [];
  #depth = 0;

  /** Enters an element; returns its attributes under their standard names. */
  open(attributes: Record<string, string>): Record<string, string> {
    this.#depth++;
    let hasPrefix = false;
    let bound: Map<string, string> | null = null;
    for (const name in attributes) {
      if (name.charCodeAt(0) === letterX && name.startsWith("xmlns") && (name.length === 5 || name[5] === ":")) {
        const prefix = prefixes.get(attributes[name].trim());
        bound ??= new Map(this.#scope.bound);
        if (prefix === undefined) bound.delete(name.slice(6));
        else bound.set(name.slice(6), prefix);
      } else if (!this.#scope.isUsual) hasPrefix ||= name.includes(":");
    }
    if (bound) {
      this.#outer.push({ scope: this.#scope, depth: this.#depth });
      let isUsual = true;
      for (const [prefix, standard] of bound) isUsual &&= prefix === standard;
      // Attributes before this one may have had its prefix.
      hasPrefix = !isUsual;
      this.#scope = { isUsual, bound, elements: new Map(), attributes: new Map() };
    }
    return hasPrefix ? this.#renamed(attributes) : attributes;
  }

  /** The standard's name of an element that is open or has just been closed. */
  element(name: string): string {
    if (this.#scope.isUsual) return name;
    return this.#scope.elements.get(name) ?? remember(this.#scope.elements, name, this.#scope.bound, "");
  }

  /** Leaves an element. */
  close(): void {
    if (this.#outer.at(-1)?.depth === this.#depth) this.#scope = this.#outer.pop()!.scope;
    this.#depth--;
  }

  #renamed(attributes: Record<string, string>): Record<string, string> {
    const { attributes: known, bound } = this.#scope;
    let renamed = attributes;
    for (const name in attributes) {
      const standard = known.get(name) ?? remember(known, name, bound, null);
      if (standard === name) continue;
      if (renamed === attributes) renamed = { ...attributes };
      renamed[standard] = attributes[name];
    }
    return renamed;
  }
}

/** `withoutPrefix` is the namespace that names without a prefix are in: null for attributes, which are in none. */
function remember(
  names: Map<string, string>,
  name: string,
  bound: ReadonlyMap<string, string>,
  withoutPrefix: "" | null,
): string {
  const colon = name.indexOf(":");
  const prefix = bound.get(colon < 0 ? (withoutPrefix ?? "\0") : name.slice(0, colon));
  const local = name.slice(colon + 1);
  const standard = prefix === undefined ? name : prefix === "" ? local : `${prefix}:${local}`;
  // A file may use any number of names.
  if (names.size < 10_000) names.set(name, standard);
  return standard;
}
