/**
 * The shapes of a slide: its title first, then texts, tables, charts, diagrams and descriptions of pictures in the order of the file.
 */
import type { ContentBuilder, Place } from "../../content-builder.ts";
import { addTable } from "../../table/add-table.ts";
import { TableGrid } from "../../table/grid.ts";
import { descriptionLines } from "../picture-description.ts";
import { type XmlElement, childElements, childNamed, descendants, textWithin, xmlTree } from "../../xml/xml-tree.ts";
import { chosen } from "../office/alternate-content.ts";
import { addChart } from "../office/chart.ts";
import { diagramLines } from "../office/diagram.ts";
import { formulaInObject, mayBeFormula } from "../office/equation-object.ts";
import type { OfficePackage } from "../office/package.ts";
import { linesOf } from "./paragraphs.ts";

/** Shapes that say what the whole deck says, or what the slide itself shows. */
const furniture = new Set(["sldNum", "dt", "ftr", "hdr", "sldImg"]);
const titles = new Set(["title", "ctrTitle"]);

/** Adds the slide, or the page of notes, that is `part` of the package. Returns its footers, which are for the edges of the whole. */
export function addSlide(builder: ContentBuilder, file: OfficePackage, part: string, place: Place): string[] {
  const root = xmlTree(file.archive.requiredText(part));
  if (!root) return [];
  const trees = descendants(root, "p:spTree");
  const shapes = (trees.length > 0 ? trees : [root]).flatMap(shapesOf);
  const isTitle = (shape: XmlElement) => titles.has(placeholderOf(shape) ?? "");
  // Programs write the title wherever it was drawn.
  for (const shape of shapes.filter(isTitle)) builder.heading(1, textLines(shape).join(" "), place);
  for (const shape of shapes.filter((other) => !isTitle(other))) addShape(builder, file, part, shape, place);
  return shapes.filter((shape) => placeholderOf(shape) === "ftr").map((shape) => textLines(shape).join("\n"));
}

/** Adds what stands on each slide by way of a layout or master: the texts that are not there to be filled in. */
export function addMaster(builder: ContentBuilder, file: OfficePackage, part: string): void {
  const root = xmlTree(file.archive.text(part) ?? "");
  if (!root) return;
  for (const shape of descendants(root, "p:spTree").flatMap(shapesOf)) {
    if (placeholderOf(shape) === undefined) builder.add("prose", textLines(shape).join("\n"));
  }
}

/** Shapes that hold something, those in groups included. */
function shapesOf(tree: XmlElement): XmlElement[] {
  return childElements(tree).flatMap((child) => {
    if (child.name === "mc:AlternateContent") return shapesOf({ ...child, children: chosen(child) });
    // A group stands for itself by what is said of it.
    const own = { ...child, children: childElements(child).filter(({ name }) => name === "p:nvGrpSpPr") };
    return child.name === "p:grpSp" ? [own, ...shapesOf(child)] : [child];
  });
}

function addShape(builder: ContentBuilder, file: OfficePackage, part: string, shape: XmlElement, place: Place): void {
  if (furniture.has(placeholderOf(shape) ?? "")) return;
  const textOf = (relation: string | undefined) => {
    const target = file.target(part, relation);
    return target === undefined ? null : file.archive.text(target);
  };
  if (shape.name === "p:graphicFrame") {
    for (const table of descendants(shape, "a:tbl")) addTable(builder, gridOf(table), { place });
    for (const chart of [...descendants(shape, "c:chart"), ...descendants(shape, "cx:chart")]) {
      addChart(builder, file, part, chart.attributes["r:id"], { place });
    }
    for (const diagram of descendants(shape, "dgm:relIds")) {
      for (const line of diagramLines(textOf(diagram.attributes["r:dm"]))) builder.add("list", `- ${line}`, place);
    }
    // An object stands there twice, for programs that show it in different ways.
    const objects = descendants(shape, "p:oleObj").filter(({ attributes }) => mayBeFormula(attributes.progId));
    for (const id of new Set(objects.map(({ attributes }) => attributes["r:id"]))) {
      const bytes = file.archive.bytes(file.target(part, id) ?? "");
      builder.add("prose", (bytes && formulaInObject(bytes)) ?? "", place);
    }
  } else builder.add("prose", textLines(shape).join("\n"), place);
  const { title, descr } = propertiesOf(shape)?.attributes ?? {};
  builder.add("prose", descriptionLines(title, descr), place);
}

function textLines(shape: XmlElement): string[] {
  const body = childNamed(shape, "p:txBody");
  return body ? linesOf(body) : [];
}

/** The kind of placeholder that a shape fills; undefined for other shapes. */
function placeholderOf(shape: XmlElement): string | undefined {
  const visual = childElements(shape).find(({ name }) => /^p:nv\w*Pr$/.test(name));
  const placeholder = childNamed(childNamed(visual, "p:nvPr"), "p:ph");
  return placeholder && (placeholder.attributes.type ?? "body");
}

function propertiesOf(shape: XmlElement): XmlElement | undefined {
  return childNamed(
    childElements(shape).find(({ name }) => /^p:nv\w*Pr$/.test(name)),
    "p:cNvPr",
  );
}

/** Merged cells are written out, with what covers them said at the first. */
function gridOf(table: XmlElement): TableGrid {
  const grid = new TableGrid();
  const isHeader = /^(?:1|true)$/.test(childNamed(table, "a:tblPr")?.attributes.firstRow ?? "");
  for (const [number, row] of childElements(table)
    .filter(({ name }) => name === "a:tr")
    .entries()) {
    grid.row({ isHeader: isHeader && number === 0 });
    const cells = childElements(row).filter(({ name }) => name === "a:tc");
    for (const [column, cell] of cells.entries()) {
      const { gridSpan, rowSpan, hMerge, vMerge } = cell.attributes;
      if (isOn(hMerge) || isOn(vMerge)) continue;
      const body = childNamed(cell, "a:txBody");
      const text = body ? linesOf(body).join(" ") : "";
      grid.cellAt(column, text, { columns: Number(gridSpan ?? 1), rows: Number(rowSpan ?? 1) });
    }
  }
  return grid;
}

function isOn(value: string | undefined): boolean {
  return value === "1" || value === "true";
}

/** The comments on a slide, of older and newer versions of PowerPoint. */
export function addSlideComments(builder: ContentBuilder, file: OfficePackage, part: string, place: Place): void {
  for (const comments of file.related(part, "comments")) {
    const root = xmlTree(file.archive.text(comments) ?? "");
    if (!root) continue;
    for (const text of descendants(root, "p:text")) builder.add("prose", textWithin(text), place);
    for (const body of descendants(root, "p188:txBody")) builder.add("prose", linesOf(body).join("\n"), place);
  }
}
