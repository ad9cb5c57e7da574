/**
 * What lies on a sheet: text boxes, shapes, charts, diagrams, and the comments of cells.
 */
import type { ContentBuilder } from "../../content-builder.ts";
import { chosen } from "../office/alternate-content.ts";
import { addChart } from "../office/chart.ts";
import { diagramLines } from "../office/diagram.ts";
import { formulaInObject } from "../office/equation-object.ts";
import type { OfficePackage } from "../office/package.ts";
import { linesOf } from "../slides/paragraphs.ts";
import { descriptionLines } from "../picture-description.ts";
import { type XmlElement, childElements, descendants, textWithin, xmlTree } from "../../xml/xml-tree.ts";
import { addControls, controlsOf } from "./controls.ts";
import { RichText } from "./strings.ts";
import { readXml } from "../../xml/xml.ts";

/** Adds what lies on the sheet `part`, in the order of its file: shapes, and the controls of forms. */
export function addDrawings(builder: ContentBuilder, file: OfficePackage, part: string): void {
  const controls = controlsOf(file, part);
  const signs = new Map(controls.map(({ id, sign }) => [id, sign]));
  const texts: string[] = [];
  for (const drawing of file.related(part, "drawing")) {
    const root = xmlTree(file.archive.text(drawing) ?? "");
    if (!root) continue;
    texts.push(...descendants(root, "xdr:txBody").map((body) => linesOf(body).join("\n")));
    addShapes(builder, { file, drawing, signs }, childElements(root));
  }
  addControls(builder, controls, texts);
}

interface SheetDrawing {
  readonly file: OfficePackage;
  /** The drawing's part. */
  readonly drawing: string;
  /** What controls show beside their words, by their ids. */
  readonly signs: ReadonlyMap<string, string>;
}

function addShapes(builder: ContentBuilder, context: SheetDrawing, elements: readonly XmlElement[], sign = ""): void {
  const { file, drawing, signs } = context;
  for (const element of elements) {
    const { name, attributes } = element;
    const textOf = (id: string | undefined) => {
      const target = file.target(drawing, id);
      return target === undefined ? null : file.archive.text(target);
    };
    if (name === "xdr:txBody") {
      const text = linesOf(element).join("\n");
      builder.add("prose", text === "" ? "" : sign + text);
    } else if (name === "c:chart" || name === "cx:chart")
      addChart(builder, file, drawing, attributes["r:id"], { hasSheet: true });
    else if (name === "xdr:cNvPr") builder.add("prose", descriptionLines(attributes.title, attributes.descr));
    else if (name === "dgm:relIds") {
      for (const line of diagramLines(textOf(attributes["r:dm"]))) builder.add("list", `- ${line}`);
    } else if (name === "mc:AlternateContent") addShapes(builder, context, chosen(element));
    else addShapes(builder, context, childElements(element), name === "xdr:sp" ? signOf(element, signs) : sign);
  }
}

/** What the control that a shape stands for shows beside its words. */
function signOf(shape: XmlElement, signs: ReadonlyMap<string, string>): string {
  const [reference] = signs.size > 0 ? descendants(shape, "a14:compatExt") : [];
  return signs.get(reference?.attributes.spid ?? "") ?? "";
}

/** Adds the comments of the sheet's cells; of conversations each contribution. */
export function addComments(builder: ContentBuilder, file: OfficePackage, part: string): void {
  const hasThreads = addThreads(builder, file, part);
  for (const comments of file.related(part, "comments")) {
    const rich = new RichText();
    readXml(file.archive.text(comments) ?? "", {
      open(name) {
        if (name === "comment") rich.begin();
        else rich.open(name);
      },
      text: (text) => rich.text(text),
      close(name) {
        rich.close(name);
        if (name !== "comment") return;
        const text = rich.end();
        if (!hasThreads || !repeatsThread(text)) builder.add("prose", text);
      },
    });
  }
}

/** Adds the conversations about the sheet's cells; returns whether there are any. */
export function addThreads(builder: ContentBuilder, file: OfficePackage, part: string): boolean {
  const threads = file.related(part, "threadedComment");
  for (const thread of threads) {
    const root = xmlTree(file.archive.text(thread) ?? "");
    for (const text of root ? descendants(root, "text") : []) builder.add("prose", textWithin(text));
  }
  return threads.length > 0;
}

/** Whether a comment is there for older versions of Excel: it says that there is a conversation, and repeats it. */
export function repeatsThread(comment: string): boolean {
  return comment.startsWith("[Threaded comment]");
}

/** Adds the formulas that were put onto the sheet as objects. */
export function addFormulas(builder: ContentBuilder, file: OfficePackage, part: string): void {
  for (const object of file.related(part, "oleObject")) {
    const bytes = file.archive.bytes(object);
    builder.add("prose", (bytes && formulaInObject(bytes)) ?? "");
  }
}
