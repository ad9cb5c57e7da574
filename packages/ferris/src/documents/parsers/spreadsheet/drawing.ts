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
import { RichText } from "./strings.ts";
import { readXml } from "../../xml/xml.ts";

/** Adds what lies on the sheet `part`, in the order of its file. Returns the texts of its boxes. */
export function addDrawings(builder: ContentBuilder, file: OfficePackage, part: string): string[] {
  const texts: string[] = [];
  for (const drawing of file.related(part, "drawing")) {
    const root = xmlTree(file.archive.text(drawing) ?? "");
    if (!root) continue;
    texts.push(...descendants(root, "xdr:txBody").map((body) => linesOf(body).join("\n")));
    addShapes(builder, file, drawing, childElements(root));
  }
  return texts;
}

function addShapes(
  builder: ContentBuilder,
  file: OfficePackage,
  drawing: string,
  elements: readonly XmlElement[],
): void {
  for (const element of elements) {
    const { name, attributes } = element;
    const textOf = (id: string | undefined) => {
      const target = file.target(drawing, id);
      return target === undefined ? null : file.archive.text(target);
    };
    if (name === "xdr:txBody") builder.add("prose", linesOf(element).join("\n"));
    else if (name === "c:chart" || name === "cx:chart")
      addChart(builder, file, drawing, attributes["r:id"], { hasSheet: true });
    else if (name === "xdr:cNvPr") builder.add("prose", descriptionLines(attributes.title, attributes.descr));
    else if (name === "dgm:relIds") {
      for (const line of diagramLines(textOf(attributes["r:dm"]))) builder.add("list", `- ${line}`);
    } else if (name === "mc:AlternateContent") addShapes(builder, file, drawing, chosen(element));
    else addShapes(builder, file, drawing, childElements(element));
  }
}

/** Adds the comments of the sheet's cells; of conversations each contribution. */
export function addComments(builder: ContentBuilder, file: OfficePackage, part: string): void {
  const threads = file.related(part, "threadedComment");
  for (const thread of threads) {
    const root = xmlTree(file.archive.text(thread) ?? "");
    for (const text of root ? descendants(root, "text") : []) builder.add("prose", textWithin(text));
  }
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
        // For older versions of Excel: says that there is a conversation, and repeats it.
        if (threads.length === 0 || !text.startsWith("[Threaded comment]")) builder.add("prose", text);
      },
    });
  }
}

/** Adds the formulas that were put onto the sheet as objects. */
export function addFormulas(builder: ContentBuilder, file: OfficePackage, part: string): void {
  for (const object of file.related(part, "oleObject")) {
    const bytes = file.archive.bytes(object);
    builder.add("prose", (bytes && formulaInObject(bytes)) ?? "");
  }
}
