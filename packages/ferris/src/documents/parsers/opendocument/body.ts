/**
 * The blocks of OpenDocument: paragraphs, lists, tables, frames and slides, which texts, sheets, presentations and drawings share.
 */
import type { ContentBuilder, Place } from "../../content-builder.ts";
import { addTable } from "../../table/add-table.ts";
import { TableGrid } from "../../table/grid.ts";
import { type XmlElement, childElements, descendants } from "../../xml/xml-tree.ts";
import { addCells } from "./cells.ts";
import { FormControls } from "./controls.ts";
import { bounded } from "./list-levels.ts";
import { ListCounter } from "./lists.ts";
import type { Objects } from "./objects.ts";
import { validationLines } from "./validation.ts";
import { outlineStyle, type TextStyles } from "./styles.ts";
import { descriptionOf, formulaIn, readParagraph } from "./paragraph.ts";

/** Not for readers: what tracked changes took out, indexes that repeat headings and captions. */
const leftOut = new Set([
  "text:tracked-changes",
  "text:table-of-content",
  "text:illustration-index",
  "text:table-index",
  "text:object-index",
  "text:sequence-decls",
  "text:variable-decls",
]);
/** Parts of slides that say what the whole deck says. */
const furniture = new Set(["footer", "date-time", "page-number", "header", "page"]);

/** Objects within objects. */
const deepestObject = 3;

interface ListState {
  readonly counter: ListCounter;
  readonly style: string;
  readonly level: number;
}

export class OpenDocumentBody {
  readonly #builder: ContentBuilder;
  readonly #styles: TextStyles;
  readonly #objects: Objects;
  /** Counts the headings. */
  readonly #outline: ListCounter;
  readonly #controls = new FormControls();
  #place: Place = {};
  #page = 0;
  #depth = 0;
  /** The newest list, which another may continue; and lists that others may name. */
  #newest: ListCounter | undefined;
  /** The one that stands right above what comes next. */
  #listAbove: ListCounter | undefined;
  readonly #named = new Map<string, ListCounter>();

  constructor(builder: ContentBuilder, styles: TextStyles, objects: Objects) {
    this.#builder = builder;
    this.#styles = styles;
    this.#outline = new ListCounter(styles);
    this.#objects = objects;
  }

  /** Adds one block, or what holds some. */
  add(element: XmlElement): void {
    const { name } = element;
    if (leftOut.has(name)) return;
    if (name === "office:forms") return this.#controls.add(element);
    if (name === "table:content-validation") {
      for (const line of validationLines(element)) this.#builder.add("prose", line);
      return;
    }
    if (name === "text:p" || name === "text:h") {
      this.#listAbove = undefined;
      this.#addParagraph(element, null);
    } else if (name === "text:list") this.#addList(element, null);
    else if (name === "text:numbered-paragraph") this.#addNumbered(element);
    else if (name === "table:table") this.addTable(element);
    else if (name === "draw:page") this.#addPage(element);
    else if (name === "office:annotation") this.#addAnnotation(element);
    else if (name.startsWith("draw:")) this.#addShape(element);
    else for (const child of childElements(element)) this.add(child);
  }

  /** Adds a whole table; its rows one after another. */
  addTable(table: XmlElement): void {
    const grid = new TableGrid();
    const attached: XmlElement[] = [];
    const addRows = (parent: XmlElement, isHeader: boolean) => {
      for (const child of childElements(parent)) {
        if (child.name === "table:table-row") attached.push(...this.addRow(grid, child, isHeader));
        else if (/^table:table-(?:header-rows|rows|row-group)$/.test(child.name)) {
          addRows(child, isHeader || child.name === "table:table-header-rows");
        }
      }
    };
    addRows(table, false);
    addTable(this.#builder, grid, { place: this.#place });
    for (const element of attached) this.add(element);
  }

  /** Adds a row to a grid; returns what hangs on its cells and follows the table. */
  addRow(grid: TableGrid, row: XmlElement, isHeader: boolean): XmlElement[] {
    grid.row({ isHeader });
    return addCells(grid, row, this.#objects, this.#styles);
  }

  #addParagraph(paragraph: XmlElement, label: string | null): void {
    const { text, attached } = readParagraph(paragraph, this.#objects, this.#styles);
    const isTitle = this.#styles.isTitle(paragraph.attributes["text:style-name"] ?? "");
    const outline = Number(paragraph.attributes["text:outline-level"] ?? 1);
    const level = paragraph.name === "text:h" ? outline : isTitle && label === null ? 1 : null;
    const number = paragraph.name === "text:h" ? (label ?? this.#outlineNumber(paragraph, outline)) : null;
    if (level !== null) this.#builder.heading(level, withNumber(text, number), this.#place);
    else if (label === null) this.#builder.add("prose", text, this.#place);
    else if (text.trim() !== "") this.#builder.add("list", `${label} ${text.trim()}`, this.#place);
    for (const element of attached) this.#addAttached(element);
  }

  /** The number of a heading outside of lists; null for one that has none. */
  #outlineNumber({ attributes }: XmlElement, level: number): string | null {
    const isNumbered = attributes["text:is-list-header"] !== "true" && level >= 1 && level <= 10;
    if (!isNumbered || !this.#styles.isInOutline(attributes["text:style-name"] ?? "")) return null;
    if (!this.#styles.listLevel(outlineStyle, level)?.format) return null;
    const isRestarted = attributes["text:restart-numbering"] === "true";
    return this.#outline.next(outlineStyle, level, isRestarted ? (attributes["text:start-value"] ?? "1") : undefined);
  }

  #addAttached(element: XmlElement): void {
    if (element.name === "text:note") {
      for (const body of descendants(element, "text:note-body"))
        for (const child of childElements(body)) this.add(child);
    } else this.add(element);
  }

  /** A comment says who made it and when beside its words. */
  #addAnnotation(annotation: XmlElement): void {
    for (const child of childElements(annotation)) if (child.name.startsWith("text:")) this.add(child);
  }

  #addList(list: XmlElement, outer: ListState | null): void {
    const { attributes } = list;
    const continued = this.#named.get(attributes["text:continue-list"] ?? "");
    const isContinued = attributes["text:continue-numbering"] === "true" ? this.#newest : undefined;
    // On slides, a list goes on with what stands right above it.
    const above = this.#page > 0 ? this.#listAbove : undefined;
    const counter = outer?.counter ?? continued ?? isContinued ?? above ?? new ListCounter(this.#styles);
    const level = Math.min((outer?.level ?? 0) + 1, 10);
    const state = { counter, style: attributes["text:style-name"] ?? outer?.style ?? "", level };
    const id = attributes["xml:id"];
    if (id !== undefined) this.#named.set(id, counter);
    this.#newest = counter;
    this.#listAbove = counter;
    for (const item of childElements(list)) {
      if (item.name !== "text:list-item" && item.name !== "text:list-header") continue;
      const isItem = item.name === "text:list-item" && childElements(item).some(({ name }) => name !== "text:list");
      let label: string | null = isItem ? counter.next(state.style, level, item.attributes["text:start-value"]) : null;
      let lists = 0;
      for (const child of childElements(item)) {
        if (child.name === "text:list") {
          // The first goes on where the item says nothing itself; what is said above it begins its numbers again.
          if (lists++ > 0 && child.attributes["text:continue-numbering"] !== "true") counter.restart(level + 1);
          this.#addList(child, state);
        } else if (child.name === "text:p" || child.name === "text:h") {
          this.#addParagraph(child, label);
          label = null;
        } else this.add(child);
      }
    }
  }

  /** A paragraph that belongs to a list without standing in it. */
  #addNumbered(element: XmlElement): void {
    const { attributes } = element;
    const id = `\0${attributes["text:list-id"] ?? ""}`;
    const counter = this.#named.get(id) ?? new ListCounter(this.#styles);
    this.#named.set(id, counter);
    const level = bounded(attributes["text:level"], 10);
    const label = counter.next(attributes["text:style-name"] ?? "", level, attributes["text:start-value"]);
    for (const child of childElements(element)) {
      if (child.name === "text:p" || child.name === "text:h") this.#addParagraph(child, label);
    }
  }

  #addPage(page: XmlElement): void {
    this.#place = { page: ++this.#page };
    this.#builder.section(1, "");
    const shapes = childElements(page);
    const isTitle = ({ attributes }: XmlElement) => attributes["presentation:class"] === "title";
    for (const title of shapes.filter(isTitle)) {
      const words = descendants(title, "text:p").map((line) =>
        readParagraph(line, this.#objects, this.#styles).text.trim(),
      );
      this.#builder.heading(1, words.join(" "), this.#place);
    }
    for (const shape of shapes) if (!isTitle(shape)) this.add(shape);
  }

  #addShape(shape: XmlElement): void {
    this.#listAbove = undefined;
    if (furniture.has(shape.attributes["presentation:class"] ?? "")) return;
    const formula = formulaIn(shape, this.#objects);
    if (formula !== null) return this.#builder.add("prose", formula, this.#place);
    this.#builder.add("prose", descriptionOf(shape), this.#place);
    if (shape.name === "draw:control") this.#builder.add("prose", this.#controls.textOf(shape), this.#place);
    for (const child of childElements(shape)) {
      if (child.name === "draw:object") this.#addObject(child);
      else if (child.name === "draw:object-ole") this.#objects.keep(child);
      // Words that stand over a picture are in it.
      else if (child.name === "draw:image") for (const line of childElements(child)) this.#addLine(line);
      else if (child.name !== "svg:title" && child.name !== "svg:desc") this.add(child);
    }
  }

  #addLine(element: XmlElement): void {
    if (element.name === "text:p" || element.name === "text:list") this.add(element);
  }

  /** A chart, a sheet or a text within the document. */
  #addObject(object: XmlElement): void {
    const root = this.#objects.rootOf(object);
    if (root) this.addDocument(root);
  }

  /** Adds a document that stands within another: what a chart, a sheet or a text says. */
  addDocument(root: XmlElement): void {
    if (this.#depth >= deepestObject) return;
    this.#depth++;
    for (const title of ["chart:title", "chart:subtitle"]) {
      for (const element of descendants(root, title)) for (const child of childElements(element)) this.add(child);
    }
    const texts = descendants(root, "office:text");
    for (const text of texts) for (const child of childElements(text)) this.add(child);
    if (texts.length === 0) for (const table of descendants(root, "table:table")) this.addTable(table);
    this.#depth--;
  }
}

/** A heading with the number before it; bullets are none. */
function withNumber(text: string, number: string | null): string {
  return number === null || number === "-" || text.trim() === "" ? text : `${number} ${text.trim()}`;
}
