/**
 * OpenDocument: texts, sheets, slides and drawings, which share one XML vocabulary, in packages and as single XML files. Slides and
 * drawings' pages are pages.
 *
 * Notes and comments follow their paragraph, headers and footers the text. Tables of contents and what tracked changes took out are left out.
 */
import { DocumentError } from "../../../errors.ts";
import { Archive } from "../../archive/archive.ts";
import { ContentBuilder } from "../../content-builder.ts";
import { decodeText } from "../../decode/decode.ts";
import type { ParsedDocument } from "../../document.ts";
import { OpenDocumentBody } from "./body.ts";
import { addEdges, PagesSeen } from "./edges.ts";
import { Objects } from "./objects.ts";
import { TextStyles } from "./styles.ts";
import { linearMathMl } from "../math/mathml.ts";
import { addFiles } from "../office/embedded-object.ts";
import { addTable } from "../../table/add-table.ts";
import { TableGrid } from "../../table/grid.ts";
import { textOfFirst } from "../../xml/xml.ts";
import { readTrees, type XmlElement } from "../../xml/xml-tree.ts";
import type { ParserInput } from "../parser.ts";

export async function parseOpenDocument(input: ParserInput): Promise<ParsedDocument> {
  const { bytes } = input;
  const builder = new ContentBuilder();
  const styles = new TextStyles();
  if (isSingleFile(bytes)) {
    const { content: xml } = decodeText(bytes);
    const objects = new Objects(null);
    const seen = readContent(xml, builder, styles, objects);
    addEdges(builder, { seen, styleSheet: xml, styles, objects });
    const warnings = await addFiles(builder, objects.files, input);
    return builder.finish("opendocument", { title: textOfFirst(xml.slice(0, 100_000), "dc:title"), warnings });
  }
  const archive = new Archive(bytes);
  if (archive.text("META-INF/manifest.xml")?.includes("encryption-data")) {
    throw new DocumentError("encrypted", "encrypted with a password. Save it without one to index it");
  }
  readTrees(
    archive.text("styles.xml") ?? "",
    (name) => TextStyles.has(name),
    (style) => styles.add(style),
  );
  const objects = new Objects(archive);
  const seen = readContent(archive.requiredText("content.xml"), builder, styles, objects);
  addEdges(builder, { seen, styleSheet: archive.text("styles.xml") ?? "", styles, objects });
  const warnings = await addFiles(builder, objects.files, input);
  return builder.finish("opendocument", { title: textOfFirst(archive.text("meta.xml"), "dc:title"), warnings });
}

/** What holds blocks; each of its children is read by itself, so that a long document is not held as a tree. */
const holders = new Set(["office:text", "office:presentation", "office:drawing", "office:spreadsheet", "office:body"]);
const rowsAndShapes = new Set(["table:table-row", "table:shapes", "office:annotation", "office:forms"]);

function readContent(xml: string, builder: ContentBuilder, styles: TextStyles, objects: Objects): PagesSeen {
  const seen = new PagesSeen();
  const body = new OpenDocumentBody(builder, styles, objects);
  const around: string[] = [];
  let isHeader = false;
  let grid: TableGrid | null = null;
  let attached: XmlElement[] = [];
  const endSheet = () => {
    if (grid) addTable(builder, grid);
    for (const element of attached) body.add(element);
    grid = null;
    attached = [];
  };
  readTrees(
    xml,
    (name, depth, parent) => {
      around.length = depth - 1;
      // Pages that others are made after: what stands there is "Click to edit", and headers (below).
      if (around.includes("office:master-styles")) return false;
      if (TextStyles.has(name)) return true;
      isHeader = around.includes("table:table-header-rows");
      if (name === "office:chart" || (depth === 1 && isFormula(name))) return true;
      if (seen.isSheet && grid) return rowsAndShapes.has(name);
      if (holders.has(name) || (seen.isSheet && name === "table:table")) return false;
      return holders.has(parent) || blocksAlone.has(name);
    },
    (tree) => {
      seen.see(tree);
      if (TextStyles.has(tree.name)) styles.add(tree);
      else if (tree.name === "office:chart") body.addDocument(tree);
      else if (isFormula(tree.name)) builder.add("prose", linearMathMl(tree).replace(/\s+/g, " ").trim());
      else if (!grid) body.add(tree);
      else if (tree.name === "table:table-row") attached.push(...body.addRow(grid, tree, isHeader));
      else attached.push(tree);
    },
    (name, attributes) => {
      around.push(name);
      if (name === "office:spreadsheet") seen.isSheet = true;
      else if (seen.isSheet && name === "table:table") {
        endSheet();
        builder.section(1, attributes["table:name"] ?? "");
        grid = new TableGrid();
      }
    },
  );
  endSheet();
  return seen;
}

/** The root of a formula that is a document of its own. */
const isFormula = (name: string) => name === "math:math" || name === "math";

/** Blocks of documents that lack what should hold them. */
const blocksAlone = new Set(["text:p", "text:h", "text:list", "draw:page"]);

/** One XML file instead of a package. */
function isSingleFile(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.subarray(0, 4096)).toString("latin1").replaceAll("\0", "");
  return !head.startsWith("PK") && /<[\w:]*document\b/.test(head);
}
