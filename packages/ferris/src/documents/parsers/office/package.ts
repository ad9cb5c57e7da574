/**
 * What the formats of Microsoft Office share: a package of parts that name each other through relations. Nothing is found by its
 * name: the main part, and all others, are what the relations and content types say, in Strict and Transitional packages alike.
 */
import { posix } from "node:path";
import { DocumentError } from "../../../errors.ts";
import { Archive, decodedName } from "../../archive/archive.ts";
import { readXml, textOfFirst } from "../../xml/xml.ts";

export interface Relation {
  readonly id: string;
  /** The last word of its type: "worksheet", "footnotes", "image" … */
  readonly type: string;
  /** The part's name; for what is outside of the package, its address. */
  readonly target: string;
  readonly isExternal: boolean;
}

export class OfficePackage {
  readonly archive: Archive;
  /** The main part's name: the document, workbook or presentation. */
  readonly main: string;
  readonly #relations = new Map<string, readonly Relation[]>();

  /**
   * @param usual the main part's usual name, for packages without relations
   * @throws DocumentError when there is no main part, or the package is damaged or encrypted
   */
  constructor(bytes: Uint8Array, usual: string) {
    this.archive = new Archive(bytes);
    const main =
      this.#existing(this.relations("").find(({ type }) => type === "officeDocument")?.target) ??
      this.#mainByContentType() ??
      this.#existing(usual);
    if (main === undefined)
      throw new DocumentError("damaged", `there is no ${usual} in it, nor a part that takes its place`);
    this.main = main;
  }

  /** The relations of a part; of the package itself for "". */
  relations(part: string): readonly Relation[] {
    let relations = this.#relations.get(part);
    if (!relations) {
      relations = this.#readRelations(part);
      this.#relations.set(part, relations);
    }
    return relations;
  }

  /** Names of the parts within the package that `part` relates to by `type`. */
  related(part: string, type: string): string[] {
    return this.relations(part)
      .filter((relation) => relation.type === type && !relation.isExternal && this.archive.has(relation.target))
      .map(({ target }) => target);
  }

  /** The part behind a relation's id; undefined for what is missing or outside of the package. */
  target(part: string, id: string | undefined): string | undefined {
    const relation = this.relations(part).find((other) => other.id === id);
    return relation?.isExternal ? undefined : this.#existing(relation?.target);
  }

  /** The text of the first part that `part` relates to by `type`; null where there is none. */
  relatedText(part: string, type: string): string | null {
    const [target] = this.related(part, type);
    return target === undefined ? null : this.archive.text(target);
  }

  /** The title in the package's properties. */
  get title(): string | undefined {
    const properties = this.relatedText("", "core-properties") ?? this.archive.text("docProps/core.xml");
    return textOfFirst(properties, "dc:title");
  }

  #existing(name: string | undefined): string | undefined {
    return name !== undefined && this.archive.has(name) ? name : undefined;
  }

  #readRelations(part: string): Relation[] {
    const relations: Relation[] = [];
    const folder = posix.dirname(part);
    const own = posix.join(part === "" ? "" : folder, "_rels", `${posix.basename(part)}.rels`);
    const file = this.archive.has(own) || part !== this.main ? own : this.#withoutPart(folder);
    const xml = this.archive.text(file);
    if (xml === null) return relations;
    readXml(xml, {
      open(name, { Id: id = "", Type: type = "", Target: target = "", TargetMode: mode }) {
        if (name !== "Relationship") return;
        const isExternal = mode === "External";
        const path = target.replaceAll("\\", "/").replace(/[?#][^]*$/, "");
        relations.push({
          id,
          type: type.slice(type.lastIndexOf("/") + 1),
          target: isExternal ? target : posix.resolve("/", folder, decodedName(path)).slice(1),
          isExternal,
        });
      },
    });
    return relations;
  }

  /** Relations whose part is not there: what a tool leaves behind that renames the main part and nothing else. */
  #withoutPart(folder: string): string {
    const prefix = `${folder}/_rels/`.toLowerCase();
    const orphans = this.archive.names.filter(
      (name) =>
        name.toLowerCase().startsWith(prefix) &&
        name.endsWith(".rels") &&
        !this.archive.has(posix.join(folder, posix.basename(name, ".rels"))),
    );
    return orphans.length === 1 ? orphans[0] : "";
  }

  #mainByContentType(): string | undefined {
    let main: string | undefined;
    readXml(this.archive.text("[Content_Types].xml") ?? "", {
      open: (name, { ContentType: type = "", PartName: part = "" }) => {
        // "…wordprocessingml.document.main+xml", "…ms-word.template.macroEnabledTemplate.main+xml", "…excel.sheet.binary.macroEnabled.main" …
        if (name === "Override" && /\.main(?:\+xml)?$/i.test(type.trim())) {
          main ??= this.#existing(decodedName(part).replace(/^\//, ""));
        }
      },
    });
    return main;
  }
}
