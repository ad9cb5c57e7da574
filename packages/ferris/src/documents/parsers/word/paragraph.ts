/**
 * The words of a paragraph of Word: its runs, fields, formulas and symbols, and what hangs on it (notes, comments, boxes, charts).
 *
 * Tracked changes are read as accepted: what was put in and where things were moved to is text, what was taken out is not.
 */
import { descriptionLines } from "../picture-description.ts";
import { linearMath } from "../math/omml.ts";
import { chosen } from "../office/alternate-content.ts";
import { mayBeFormula } from "../office/equation-object.ts";
import { textOfUnresultedField } from "../office/unresulted-field.ts";
import { linesOf } from "../slides/paragraphs.ts";
import { type XmlElement, childElements, childNamed, descendants, textWithin } from "../../xml/xml-tree.ts";
import { symbolCharacter, withSymbols } from "./symbols.ts";
import { isOn } from "./toggle.ts";

/** What stands beside a paragraph's text and follows it. */
export type Attached =
  | { readonly kind: "footnote" | "endnote" | "comment" | "chart" | "diagram"; readonly id: string }
  | { readonly kind: "box"; readonly content: XmlElement }
  | { readonly kind: "description"; readonly text: string };

export interface ParagraphWords {
  readonly text: string;
  readonly attached: readonly Attached[];
  /** Whether a part of it is the result of a field that makes a table of contents. */
  readonly isInContents: boolean;
}

/** Fields that are open: they begin in one paragraph and may end in another. */
export class Fields {
  readonly #open: { instruction: string; isResult: boolean; hasResult: boolean }[] = [];
  /** Of sequences ("Figure"): the newest number. */
  readonly #numbers = new Map<string, number>();

  begin(): void {
    this.#open.push({ instruction: "", isResult: false, hasResult: false });
  }

  instruct(text: string): void {
    const field = this.#open.at(-1);
    if (field && !field.isResult && field.instruction.length < 1_000) field.instruction += text;
  }

  separate(): void {
    const field = this.#open.at(-1);
    if (field) field.isResult = true;
  }

  /** Ends the newest field; returns what it shows where it has no result: a button's words stand in its instruction. */
  end(): string {
    const field = this.#open.pop();
    const sequence = /^\s*SEQ\s+(\S{1,100})([^]{0,200})/i.exec(field?.instruction ?? "");
    if (sequence) return this.#nextOf(sequence[1]!, sequence[2]!, field!.hasResult);
    const instruction = field && !field.hasResult ? field.instruction : "";
    return textOfUnresultedField(instruction);
  }

  /** Says that what is open shows something. */
  hasResult(): void {
    for (const field of this.#open) if (field.isResult) field.hasResult = true;
  }

  /** The next number of a sequence, where the program that wrote the file left the counting to the next one. */
  #nextOf(name: string, switches: string, isCounted: boolean): string {
    const start = /\\r\s*(\d{1,6})/i.exec(switches)?.[1];
    const isRepeated = /\\c\b/i.test(switches);
    const number = start === undefined ? (this.#numbers.get(name) ?? 0) + (isRepeated ? 0 : 1) : Number(start);
    if (this.#numbers.size < 1_000) this.#numbers.set(name, number);
    return isCounted || /\\h\b/i.test(switches) ? "" : String(number);
  }

  /** Ends all fields that show nothing yet. */
  closeInstructions(): void {
    while (this.isInstruction) this.#open.pop();
  }

  get isInContents(): boolean {
    return this.#open.some(({ instruction }) => /^\s*TOC\b/i.test(instruction));
  }

  /** Whether what stands here is a field's instruction, which nobody sees. */
  get isInstruction(): boolean {
    return this.#open.some(({ isResult }) => !isResult);
  }
}

const withoutWords = new Set([
  "w:del",
  "w:moveFrom",
  "w:delText",
  "w:delInstrText",
  "w:pPr",
  "w:rPr",
  "w:sdtPr",
  "w:rubyPr",
  "w:rt",
  "w:tblPr",
  "w:annotationRef",
  "w:footnoteRef",
  "w:endnoteRef",
]);

/**
 * Reads a paragraph, or what holds runs as one does.
 *
 * @param formulaOf the formula in the object behind a relation; "" where it is none
 */
export function readParagraph(
  paragraph: XmlElement,
  fields: Fields,
  formulaOf: (relation: string) => string,
): ParagraphWords {
  const attached: Attached[] = [];
  let isInContents = fields.isInContents;
  const text = inner(paragraph);
  return { text, attached, isInContents };

  function read(element: XmlElement): string {
    const { name, attributes } = element;
    if (withoutWords.has(name)) return "";
    switch (name) {
      case "w:r":
        return readRun(element);
      case "w:ruby":
        // The reading above the characters repeats them.
        return inner(childNamed(element, "w:rubyBase"));
      case "mc:AlternateContent":
        return chosen(element).map(read).join("");
      case "m:oMath":
      case "m:oMathPara":
        return linearMath(element);
      case "w:fldSimple":
        fields.begin();
        fields.instruct(attributes["w:instr"] ?? "");
        fields.separate();
        isInContents ||= fields.isInContents;
        return inner(element) + fields.end();
      case "w:footnote":
      case "w:endnote":
        // Word 2003 has notes and comments where they are called.
        attached.push({ kind: "box", content: element });
        return "";
      case "aml:annotation":
        return readAnnotation(element);
      case "w:sdt":
        return inner(childNamed(element, "w:sdtContent"));
      case "w:object":
        readDrawing(element, new Set());
        return descendants(element, "o:OLEObject")
          .filter(({ attributes: object }) => mayBeFormula(object.ProgID))
          .map(({ attributes: object }) => formulaOf(object["r:id"] ?? ""))
          .join(" ");
      case "w:drawing":
      case "w:pict":
      case "w:txbxContent":
        readDrawing(element, new Set());
        return "";
      default:
        return inner(element);
    }
  }

  /** Comments and tracked changes of Word 2003. */
  function readAnnotation(element: XmlElement): string {
    const content = childNamed(element, "aml:content");
    const type = element.attributes["w:type"] ?? "";
    if (type === "Word.Deletion") return "";
    if (type !== "Word.Comment" || !content) return inner(content);
    attached.push({ kind: "box", content });
    return "";
  }

  function inner(element: XmlElement | undefined): string {
    let words = "";
    for (const child of element?.children ?? []) if (typeof child !== "string") words += read(child);
    return words;
  }

  function readRun(run: XmlElement): string {
    const fonts = childNamed(childNamed(run, "w:rPr"), "w:rFonts")?.attributes;
    const font = fonts?.["w:ascii"] ?? fonts?.["w:hAnsi"];
    let words = "";
    for (const element of run.children) if (typeof element !== "string") words += readPiece(element, font);
    return words;
  }

  function readPiece(element: XmlElement, font: string | undefined): string {
    const { name, attributes } = element;
    switch (name) {
      case "w:t":
        if (fields.isInstruction) return "";
        fields.hasResult();
        return withSymbols(textWithin(element), font);
      case "w:tab":
      case "w:ptab":
        return "\t";
      case "w:br":
      case "w:cr":
        return "\n";
      case "w:noBreakHyphen":
        return "-";
      case "w:sym":
        return symbolCharacter(attributes["w:font"] ?? font ?? "", Number.parseInt(attributes["w:char"] ?? "", 16));
      case "w:fldChar":
        return readField(element);
      case "w:instrText":
        fields.instruct(textWithin(element));
        return "";
      case "w:footnoteReference":
      case "w:endnoteReference":
      case "w:commentReference":
        attached.push({
          kind: name === "w:footnoteReference" ? "footnote" : name === "w:endnoteReference" ? "endnote" : "comment",
          id: attributes["w:id"] ?? "",
        });
        return "";
      default:
        return read(element);
    }
  }

  function readField(mark: XmlElement): string {
    const type = mark.attributes["w:fldCharType"];
    if (type === "begin") {
      fields.begin();
      // A box to tick and a list to choose from show what was chosen, and have no result.
      const data = childNamed(mark, "w:ffData");
      const box = childNamed(data, "w:checkBox");
      if (box) return isOn(childNamed(box, "w:checked") ?? childNamed(box, "w:default")) ? "☒" : "☐";
      const list = childNamed(data, "w:ddList");
      const choice = Number(childNamed(list, "w:result")?.attributes["w:val"] ?? 0);
      const entries = list ? childElements(list).filter(({ name }) => name === "w:listEntry") : [];
      return entries[choice]?.attributes["w:val"] ?? "";
    }
    if (type === "separate") fields.separate();
    isInContents ||= fields.isInContents;
    return type === "end" ? fields.end().trim() : "";
  }

  /** Boxes, charts, diagrams and descriptions, in the order of the file; what a frame and the picture in it say alike is said once. */
  function readDrawing(element: XmlElement, said: Set<string>): void {
    const { name, attributes } = element;
    if (name === "w:txbxContent") attached.push({ kind: "box", content: element });
    else if (name === "a:txBody") attached.push({ kind: "description", text: linesOf(element).join("\n") });
    else if (name === "c:chart" || name === "cx:chart") attached.push({ kind: "chart", id: attributes["r:id"] ?? "" });
    else if (name === "dgm:relIds") attached.push({ kind: "diagram", id: attributes["r:dm"] ?? "" });
    else if (name === "mc:AlternateContent") for (const child of chosen(element)) readDrawing(child, said);
    else {
      if (name === "v:textpath" && attributes.string) attached.push({ kind: "description", text: attributes.string });
      if (name === "wp:docPr" || name.endsWith(":cNvPr"))
        describe(descriptionLines(attributes.title, attributes.descr), said);
      else if (name.startsWith("v:")) describe(descriptionLines(attributes.alt), said);
      for (const child of childElements(element)) readDrawing(child, said);
    }
  }

  /** What the author says that a picture or shape shows. */
  function describe(words: string, said: Set<string>): void {
    const lines = words.split("\n").filter((line) => line !== "" && !said.has(line));
    for (const line of lines) said.add(line);
    if (lines.length > 0) attached.push({ kind: "description", text: lines.join("\n") });
  }
}
