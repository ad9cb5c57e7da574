/**
 * DOCX: paragraphs, headings by their styles and outline levels, numbered lists, tables, formulas; notes, comments, text boxes and
 * charts after the paragraph that they belong to; documents that are embedded.
 *
 * Headers and footers follow the text. Formatting, tables of contents and what tracked changes took out are left out. Pages are Word's business when it
 * prints: the file does not know them.
 */
import { posix } from "node:path";
import { isCompoundFile } from "../../archive/compound-file.ts";
import { ContentBuilder } from "../../content-builder.ts";
import type { ParsedDocument } from "../../document.ts";
import { addFiles, filesOfPart } from "../office/embedded-object.ts";
import { prepareCharts } from "../office/chart-formats.ts";
import { OfficePackage } from "../office/package.ts";
import { addPageEdges } from "../office/page-edges.ts";
import { WordBody, type WordContext, type WordReading } from "./body.ts";
import { Notes } from "./notes.ts";
import { Numbering } from "./numbering.ts";
import { packageOf } from "./single-file.ts";
import { Styles } from "./styles.ts";
import { readTrees } from "../../xml/xml-tree.ts";
import { parseLegacyOffice } from "../legacy/legacy-office.ts";
import { isSingleWordFile } from "../single-xml.ts";
import type { ParserInput } from "../parser.ts";

/** What stands in the body; each is read by itself, so that a long document is not held as a tree. */
const blockNames = new Set(["w:p", "w:tbl", "w:sdt", "w:altChunk", "mc:AlternateContent"]);
/** What is no text, or in Word 2003 the text of headers, which are read as parts of their own. */
const takenOut = new Set(["w:del", "w:moveFrom", "w:sectPr"]);

/** Of headers and footers: a section may have six. */
const mostEdges = 300;
/** Documents within one document that are read. */
const mostEmbedded = 50;

export async function parseDocx(input: ParserInput): Promise<ParsedDocument> {
  const { bytes } = input;
  // What is encrypted, and what was renamed without being converted.
  if (isCompoundFile(bytes)) return parseLegacyOffice(input, "docx");
  const head = Buffer.from(bytes.subarray(0, 4096)).toString("latin1");
  const file = new OfficePackage(isSingleWordFile(head) ? packageOf(bytes) : bytes, "word/document.xml");
  const { main } = file;
  await prepareCharts(file);
  const chunks = await readChunks(file, input);
  const asItIs = readMain(file, chunks, {});
  const { endsInField } = asItIs;
  const isEmpty = asItIs.builder.length === 0;
  const { builder, context } =
    endsInField || isEmpty ? readMain(file, chunks, { closesFields: endsInField, keepsContents: isEmpty }) : asItIs;
  const edges = ["header", "footer"].flatMap((edge) => file.related(main, edge)).slice(0, mostEdges);
  addPageEdges(
    builder,
    edges.map((part) => readEdge({ ...context, part })),
  );
  // Sheets and documents that were put in as objects, after the text.
  const warnings = await addFiles(builder, filesOfPart(file, main), input);
  return builder.finish("docx", { title: file.title, warnings });
}

function readMain(file: OfficePackage, chunks: WordContext["chunks"], reading: WordReading) {
  const { main } = file;
  const builder = new ContentBuilder();
  const context: WordContext = {
    file,
    part: main,
    styles: new Styles(file.relatedText(main, "styles")),
    numbering: new Numbering(file.relatedText(main, "numbering")),
    notes: new Notes(file),
    chunks,
  };
  const body = new WordBody(context, builder, reading);
  readBlocks(file.archive.requiredText(main), body);
  return { builder, context, endsInField: body.isInInstruction };
}

function readBlocks(xml: string, body: WordBody): void {
  readTrees(
    xml,
    (name) => blockNames.has(name) || takenOut.has(name),
    (tree) => body.add(tree),
  );
  body.end();
}

/** A header or footer, read like the text. */
function readEdge(context: WordContext): ParsedDocument {
  const builder = new ContentBuilder();
  readBlocks(context.file.archive.requiredText(context.part), new WordBody(context, builder, { closesFields: true }));
  return builder.finish("docx");
}

/** Documents that are put into the text where they stand (altChunk), by part. */
async function readChunks(
  file: OfficePackage,
  { depth = 0, inside }: ParserInput,
): Promise<Map<string, ParsedDocument>> {
  const chunks = new Map<string, ParsedDocument>();
  for (const part of file.related(file.main, "aFChunk").slice(0, mostEmbedded)) {
    const bytes = depth < 2 ? file.archive.bytes(part) : null;
    if (bytes) chunks.set(part, await inside.parse(`/${posix.basename(part)}`, bytes));
  }
  return chunks;
}
