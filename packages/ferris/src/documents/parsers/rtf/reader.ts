/**
 * RTF as paragraphs, headings, lists and tables: what control words and groups mean for the words of the document.
 *
 * Groups that say how it looks, and those that newer programs marked as passable (`\*`), are passed over; notes and comments
 * follow their paragraph.
 */
import { DocumentError } from "../../../errors.ts";
import { ContentBuilder } from "../../content-builder.ts";
import { addPageEdges } from "../office/page-edges.ts";
import { pictureDescription } from "../picture-description.ts";
import { textOfUnresultedField } from "../office/unresulted-field.ts";
import { headingLevelOfName } from "../word/styles.ts";
import { symbolCharacter, withSymbols } from "../word/symbols.ts";
import { codePageLabel, decodeBytes, endsInCharacter } from "./charsets.ts";
import { characters, isPageEdge, passableWithWords, passedOver, wordsOfDrawings } from "./control-words.ts";
import { RtfFonts } from "./fonts.ts";
import { RtfFormField } from "./form-field.ts";
import { RtfFormula } from "./formula.ts";
import { formulaInRtf } from "./objects.ts";
import { RtfParagraphs } from "./paragraphs.ts";
import { type Destination, firstState, isAside, type State } from "./state.ts";
import type { RtfToken } from "./tokens.ts";

const deepest = 5_000;
/** Whose words are shown in their font. */
const withSigns: ReadonlySet<Destination> = new Set<Destination>(["text", "note", "edge", "label"]);
/** Of all objects of a document; two are a byte. */
const mostObjectDigits = 2 ** 27;

/** A box in a box in a box … */
const deepestBox = 10;

export class RtfReader {
  readonly #states: State[] = [];
  #state: State = { ...firstState };
  #codePage = "windows-1252";
  readonly #fonts = new RtfFonts();
  readonly #levels = new Map<number, number>();
  #isPassable = false;
  /** Whether the group has only just begun: only there does `\\*` mark it. */
  #isAtStart = false;
  #toSkip = 0;
  #bytes: number[] = [];
  #title = "";
  /** The style that the table of them describes just now. */
  #described = 0;
  #name = "";
  /** The text that is read, and those around the box that it is in, with the depth of the box's group. */
  #text: RtfParagraphs;
  readonly #outer: { depth: number; text: RtfParagraphs }[] = [];
  /** The one that text is in unless it says another. */
  #usualFont = 0;
  /** Instructions of the fields that are open, with the depth of their groups. */
  readonly #instructions: { depth: number; text: string; hasResult: boolean }[] = [];
  /** The note that is open, with the depth of its group. */
  #noteDepth = 0;
  #note = "";
  /** Headers and footers, a line a paragraph. */
  #edges = "";
  /** Files that were put in, as they stand there. */
  readonly objects: string[] = [];
  #objectDigits = 0;
  /** The name of the property of a drawing whose value comes next. */
  #propertyName = "";
  #formula = new RtfFormula();
  #formField = new RtfFormField();

  constructor(builder: ContentBuilder) {
    this.#text = new RtfParagraphs(builder);
  }

  get title(): string {
    return this.#title.trim();
  }

  read(token: RtfToken): void {
    const isAtStart = this.#isAtStart;
    this.#isAtStart = token.kind === "open";
    switch (token.kind) {
      case "open":
        this.#open();
        break;
      case "close":
        this.#close();
        break;
      case "byte":
        if (this.#toSkip > 0) this.#toSkip--;
        else this.#bytes.push(token.value);
        break;
      case "text":
        this.#addText(token.text);
        break;
      case "control":
        // Some writers put it into the middle of a group, where it says nothing.
        if (token.name !== "*" || isAtStart) this.#control(token.name, token.value);
    }
  }

  end(): void {
    this.#flushBytes();
    while (this.#outer.length > 0) this.#closeBox();
    this.#text.end();
    const edges = new ContentBuilder();
    for (const line of this.#edges.split("\n")) edges.add("prose", line);
    addPageEdges(this.#text.builder, [edges.finish("rtf")]);
  }

  #open(): void {
    this.#flushBytes();
    if (this.#states.length > deepest) throw new DocumentError("damaged", `groups nested more than ${deepest} deep`);
    this.#states.push(this.#state);
    // What is written twice is read from its Unicode form.
    const { isTwice, destination } = this.#state;
    this.#state = { ...this.#state, isTwice: false, ...(isTwice && { destination: "none", instead: destination }) };
    if (destination === "formula") this.#formula.open();
    this.#isPassable = false;
    this.#toSkip = 0;
  }

  #close(): void {
    this.#flushBytes();
    this.#toSkip = 0;
    const { destination } = this.#state;
    if (this.#outer.at(-1)?.depth === this.#states.length) this.#closeBox();
    if (this.#noteDepth === this.#states.length && this.#noteDepth > 0) {
      this.#text.notes.push(this.#propertyName === "wzDescription" ? pictureDescription(this.#note) : this.#note);
      this.#propertyName = "";
      this.#note = "";
      this.#noteDepth = 0;
    }
    if (this.#instructions.at(-1)?.depth === this.#states.length) {
      const { text, hasResult } = this.#instructions.pop()!;
      const outer = this.#states.at(-1);
      if (outer && !hasResult) this.#sayTo(outer, textOfUnresultedField(text) || this.#formField.shown());
      this.#formField = new RtfFormField();
    }
    if (destination === "formula") this.#closeInFormula();
    if (destination === "styles") this.#endStyle();
    if (destination === "edge" && (this.#state.isOwnLine || this.#states.at(-1)?.destination !== "edge"))
      this.#edges += "\n";
    if (destination === "object" && this.#states.at(-1)?.destination !== "object") this.#endObject();
    this.#state = this.#states.pop() ?? this.#state;
  }

  /** The text of a box: paragraphs and tables of its own, which follow the paragraph that it hangs on. */
  #openBox(): void {
    if (this.#state.destination !== "text" || this.#outer.length >= deepestBox) return;
    this.#outer.push({ depth: this.#states.length, text: this.#text });
    this.#text = new RtfParagraphs();
  }

  #closeBox(): void {
    const box = this.#text;
    box.end();
    this.#text = this.#outer.pop()!.text;
    this.#text.notes.push(box.builder.finish("rtf"));
  }

  #closeInFormula(): void {
    const outer = this.#states.at(-1);
    if (outer?.destination === "formula") this.#formula.close();
    else if (outer) this.#sayTo(outer, this.#formula.end());
  }

  /** A formula stands where it is; files follow the text. */
  #endObject(): void {
    const outer = this.#states.at(-1);
    const formula = formulaInRtf(this.objects.at(-1) ?? "");
    if (!outer || !formula) return;
    this.objects.pop();
    this.#sayTo(outer, formula);
  }

  #control(name: string, value: number | null): void {
    if (name === "u" && value !== null) return this.#addCharacter(value);
    if (this.#toSkip > 0 && name !== "*") {
      this.#toSkip--;
      return;
    }
    this.#flushBytes();
    if (name === "*") this.#isPassable = true;
    else if (characters[name] !== undefined && !this.#isPassable) this.#say(characters[name]);
    else if (!this.#startsDestination(name)) this.#property(name, value ?? 1, value);
    if (name !== "*") this.#isPassable = false;
  }

  /** Whether `name` says what the words of its group are. */
  #startsDestination(name: string): boolean {
    const state = this.#state;
    if (name === "ud" && this.#isPassable && state.instead !== null) {
      state.destination = state.instead;
      state.instead = null;
      return true;
    }
    if (name === "upr") state.isTwice = true;
    if (state.destination === "none") return false;
    if (state.destination === "formula") return this.#formula.name(name);
    if (state.destination === "form" && !this.#isPassable) return false;
    if (name === "formfield" || name === "ffl") {
      state.destination = "form";
      this.#formField.control(name, 0);
      return true;
    }
    if (name === "moMath" || name === "moMathPara") {
      state.destination = "formula";
      this.#formula = new RtfFormula();
      return true;
    }
    if (name === "fonttbl") state.destination = "fonts";
    else if (name === "stylesheet") state.destination = "styles";
    else if (name === "info") state.destination = "none";
    else if (name === "field") this.#instructions.push({ depth: this.#states.length, text: "", hasResult: false });
    else if (name === "fldinst") state.destination = "instruction";
    else if (name === "fldrslt") {
      if (/^\s*TOC\b/i.test(this.#instructions.at(-1)?.text ?? "")) state.destination = "none";
    } else if (name === "sn") {
      state.destination = "property";
      this.#propertyName = "";
    } else if (name === "sv") {
      if (!wordsOfDrawings.has(this.#propertyName)) state.destination = "none";
      else if (state.destination === "edge") {
        state.isOwnLine = true;
        this.#edges += "\n";
      } else this.#startNote();
    } else if (name === "pict") {
      // Digits, and among its properties what it shows.
      state.destination = "picture";
    } else if (name === "footnote" || name === "annotation") {
      this.#startNote();
    } else if (name === "listtext" || name === "pntext") {
      state.destination = "label";
      this.#text.label = "";
    } else if (name === "shptxt" || name === "dptxbxtext") this.#openBox();
    else if (isPageEdge(name)) state.destination = "edge";
    else if (name === "objdata") {
      state.destination = "object";
      this.objects.push("");
    } else if (passedOver.has(name) || (this.#isPassable && !passableWithWords.has(name))) state.destination = "none";
    else return false;
    return true;
  }

  #startNote(): void {
    // A note within a note is a part of it.
    if (this.#noteDepth === 0) this.#noteDepth = this.#states.length;
    this.#state.destination = "note";
  }

  #property(name: string, value: number, given: number | null): void {
    const state = this.#state;
    if (name === "title" && this.#states.length > 0) {
      if (state.instead === null) state.destination = "title";
    } else if (name === "ansicpg") this.#codePage = codePageLabel(value);
    else if (name === "mac") this.#codePage = "macintosh";
    else if (name === "uc") state.fallback = Math.min(Math.max(0, given ?? 1), 100);
    else if (name === "f") this.#font(given ?? 0);
    else if (name === "fcharset") {
      if (state.destination === "fonts") this.#fonts.charset(value);
    } else if (name === "deff") {
      this.#usualFont = given ?? 0;
      state.font = this.#usualFont;
    } else if (name === "cpg") {
      if (state.destination === "fonts") this.#fonts.codePage(value);
    } else if (name === "deleted") state.isDeleted = given !== 0;
    else if (name === "plain") {
      state.isDeleted = false;
      state.font = this.#usualFont;
    } else if (name === "dropcapli") this.#text.isInitial = true;
    else if (name === "s") this.#style(given ?? 0);
    else if (name === "outlinelevel") this.#outline(value, given);
    else if (name === "pard" && state.destination === "text") {
      this.#text.reset();
    } else if (name === "intbl" || name === "itap") this.#text.isInTable = given !== 0;
    else if (name === "par" || name === "sect") this.#endLine();
    else if (name === "cell") this.#endCell();
    else if (name === "row") {
      if (this.#state.destination === "text") this.#text.rows.endRow();
      else if (isAside(this.#state.destination)) this.#say("\n");
    } else if (state.destination === "form") this.#formField.control(name, given ?? 0);
    // Tables within cells describe their rows in groups of their own.
    else if (state.destination === "text") this.#text.rows.describe(name, value, given);
  }

  #font(number: number): void {
    this.#state.font = number;
    if (this.#state.destination === "fonts") this.#fonts.describe(number);
  }

  #style(number: number): void {
    if (this.#state.destination === "styles") this.#described = number;
    else if (this.#state.destination === "text") this.#text.level = this.#levels.get(number) ?? null;
  }

  #outline(value: number, given: number | null): void {
    const level = given === null || value < 0 || value > 8 ? null : value + 1;
    if (this.#state.destination === "text") this.#text.level = level;
    else if (this.#state.destination === "styles" && level !== null) this.#levels.set(this.#described, level);
  }

  #endStyle(): void {
    const level = headingLevelOfName(this.#name.replace(/;.*$/s, "").trim());
    if (level !== null) this.#levels.set(this.#described, level);
    this.#name = "";
  }

  #addText(text: string): void {
    let words = text;
    if (this.#toSkip > 0) {
      const skipped = Math.min(this.#toSkip, words.length);
      this.#toSkip -= skipped;
      words = words.slice(skipped);
    }
    // The second byte of a character may be a letter, and bytes may stand there as they are.
    while (words !== "" && (words.charCodeAt(0) > 0x7f || endsInCharacter(this.#bytes, this.#label8()))) {
      this.#bytes.push(words.charCodeAt(0) & 0xff);
      words = words.slice(1);
    }
    if (words === "") return;
    this.#flushBytes();
    const high = /[\x80-\xff]/.exec(words);
    if (!high) return this.#say(this.#withSigns(words));
    this.#say(this.#withSigns(words.slice(0, high.index)));
    this.#addText(words.slice(high.index));
  }

  /** Words as their font shows them: some have signs in the places of letters. */
  #withSigns(words: string): string {
    const { font, destination } = this.#state;
    const name = withSigns.has(destination) ? this.#fonts.signs(font) : undefined;
    return name === undefined ? words : withSymbols(words, name);
  }

  #addCharacter(value: number): void {
    if (this.#toSkip > 0) this.#toSkip--;
    this.#flushBytes();
    const code = value < 0 ? value + 0x10000 : value;
    if (code >= 0xf000 && code <= 0xf0ff) this.#say(symbolCharacter(this.#fonts.name(this.#state.font), code));
    else if (code <= 0x10ffff) this.#say(String.fromCodePoint(code));
    this.#toSkip = this.#state.fallback;
  }

  /** The character set of bytes at this place. */
  #label8(): string {
    return this.#fonts.label(this.#state.font) ?? this.#codePage;
  }

  #flushBytes(): void {
    if (this.#bytes.length === 0) return;
    const bytes = this.#bytes;
    this.#bytes = [];
    const name = this.#fonts.signs(this.#state.font);
    if (name !== undefined) {
      this.#say(bytes.map((byte) => symbolCharacter(name, 0xf000 + byte)).join(""));
    } else this.#say(decodeBytes(bytes, this.#label8()));
  }

  #say(text: string): void {
    this.#sayTo(this.#state, text);
  }

  #sayTo({ destination, isDeleted, font }: State, text: string): void {
    if (destination === "fonts") this.#fonts.addToName(font, text);
    else if (destination === "styles") this.#name = (this.#name + text).slice(0, 200);
    else if (destination === "title") this.#title = (this.#title + text).slice(0, 1_000);
    else if (destination === "instruction") {
      const field = this.#instructions.at(-1);
      if (field && field.text.length < 1_000) field.text += text;
    } else if (destination === "property") {
      if (this.#propertyName.length < 100) this.#propertyName += text;
    } else if (isDeleted || destination === "none" || destination === "picture") return;
    else if (destination === "label") this.#text.label += text;
    else if (destination === "formula") this.#formula.text(text);
    else if (destination === "form") this.#formField.text(text);
    else if (destination === "note") this.#note += text;
    else if (destination === "edge") this.#edges += text;
    else if (destination === "object") {
      if (this.#objectDigits < mostObjectDigits) this.objects[this.objects.length - 1] += text;
      this.#objectDigits += text.length;
    } else {
      this.#text.say(text);
      const field = this.#instructions.at(-1);
      if (field) field.hasResult = true;
    }
  }

  /** The end of a paragraph of whatever is read. */
  #endLine(): void {
    const { destination } = this.#state;
    if (destination === "note") this.#note += "\n";
    else if (destination === "edge") this.#edges += "\n";
    else if (destination !== "text") return;
    else this.#text.endParagraph();
  }

  #endCell(): void {
    if (this.#state.destination === "text") this.#text.endCell();
    // Tables in notes and headers are words side by side.
    else if (isAside(this.#state.destination)) this.#say("\t");
  }
}
