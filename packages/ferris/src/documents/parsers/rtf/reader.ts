/**
 * RTF as paragraphs, headings, lists and tables: what control words and groups mean for the words of the document.
 *
 * Groups that say how it looks, and those that newer programs marked as passable (`\*`), are passed over; notes and comments
 * follow their paragraph.
 */
import { DocumentError } from "../../../errors.ts";
import type { ContentBuilder } from "../../content-builder.ts";
import { addTable } from "../../table/add-table.ts";
import { type EdgedRow, gridOf, type RowCell } from "../../table/edges.ts";
import { headingLevelOfName } from "../word/styles.ts";
import { symbolCharacter } from "../word/symbols.ts";
import { codePageLabel, decodeBytes, endsInCharacter, fontCharsetLabel } from "./charsets.ts";

import type { RtfToken } from "./tokens.ts";

const deepest = 5_000;

/** What the words of a group are: text of the document, nothing, or something that is kept elsewhere. */
type Destination = "text" | "none" | "fonts" | "styles" | "title" | "instruction" | "note" | "label";

interface State {
  destination: Destination;
  font: number;
  /** How many characters stand in for one that is given by its number. */
  fallback: number;
  isDeleted: boolean;
}

interface FontEntry {
  label: string | undefined;
  name: string;
}

interface CellDefinition {
  right: number;
  continuesAbove: boolean;
  continuesLeft: boolean;
}

const passedOver = new Set(
  "colortbl pict nonshppict header headerl headerr headerf footer footerl footerr footerf xe tc rxe objdata themedata colorschememapping latentstyles datastore listtable listoverridetable rsidtbl revtbl generator filetbl pgptbl private nonesttables ftnsep ftnsepc aftnsep aftnsepc bkmkstart bkmkend mmathPict mdegHide mlimLoc mgrow msubHide msupHide mdiff mtype mpos mvertJc mctrlPr mbegChr mendChr msepChr atnid atnauthor atndate atnref atntime atnicn".split(
    " ",
  ),
);
/** Destinations that are marked as passable and hold words all the same. */
const passableWithWords = new Set([
  "shpinst",
  "shptxt",
  "annotation",
  "nestcell",
  "txfieldtext",
  "moMath",
  "moMathPara",
]);

const characters: Readonly<Record<string, string>> = {
  tab: "\t",
  line: "\n",
  page: "\n",
  softline: "\n",
  emdash: "—",
  endash: "–",
  lquote: "‘",
  rquote: "’",
  ldblquote: "“",
  rdblquote: "”",
  bullet: "•",
  emspace: " ",
  enspace: " ",
  qmspace: " ",
  "~": "\u00a0",
  _: "-",
  "{": "{",
  "}": "}",
  "\\": "\\",
  // Formulas on one line.
  mden: "/",
  msub: "_",
  msup: "^",
  nestcell: " ",
  nestrow: " ",
};

export class RtfReader {
  readonly #builder: ContentBuilder;
  readonly #states: State[] = [];
  #state: State = { destination: "text", font: 0, fallback: 1, isDeleted: false };
  #codePage = "windows-1252";
  readonly #fonts = new Map<number, FontEntry>();
  readonly #levels = new Map<number, number>();
  #isPassable = false;
  #toSkip = 0;
  #bytes: number[] = [];
  #title = "";
  /** The style, or font, that a table of them describes just now. */
  #described = 0;
  #name = "";
  #paragraph = "";
  #label = "";
  #level: number | null = null;
  #isInTable = false;
  /** Instructions of the fields that are open, with the depth of their groups. */
  readonly #instructions: { depth: number; text: string }[] = [];
  /** Texts of notes, with the depth of the group of the one that is open. */
  #notes: string[] = [];
  #noteDepth = 0;
  #note = "";
  #rows: EdgedRow[] = [];
  #cells: string[] = [];
  #definitions: CellDefinition[] = [];
  #next: Omit<CellDefinition, "right"> = { continuesAbove: false, continuesLeft: false };
  #left = 0;
  #isHeaderRow = false;

  constructor(builder: ContentBuilder) {
    this.#builder = builder;
  }

  get title(): string {
    return this.#title.trim();
  }

  read(token: RtfToken): void {
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
        this.#control(token.name, token.value);
    }
  }

  end(): void {
    this.#flushBytes();
    this.#endParagraph();
    this.#endTable();
  }

  #open(): void {
    this.#flushBytes();
    if (this.#states.length > deepest) throw new DocumentError("damaged", `groups nested more than ${deepest} deep`);
    this.#states.push(this.#state);
    this.#state = { ...this.#state };
    this.#isPassable = false;
    this.#toSkip = 0;
  }

  #close(): void {
    this.#flushBytes();
    this.#toSkip = 0;
    const { destination } = this.#state;
    if (this.#noteDepth === this.#states.length && this.#noteDepth > 0) {
      this.#notes.push(this.#note);
      this.#note = "";
      this.#noteDepth = 0;
    }
    if (this.#instructions.at(-1)?.depth === this.#states.length) this.#instructions.pop();
    if (destination === "styles") this.#endStyle();
    this.#state = this.#states.pop() ?? this.#state;
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
    const isOutside = state.destination === "none";
    if (isOutside) return false;
    if (name === "fonttbl") state.destination = "fonts";
    else if (name === "stylesheet") state.destination = "styles";
    else if (name === "info") state.destination = "none";
    else if (name === "title" && this.#states.at(-1)) state.destination = "title";
    else if (name === "field") this.#instructions.push({ depth: this.#states.length, text: "" });
    else if (name === "fldinst") state.destination = "instruction";
    else if (name === "fldrslt") {
      if (/^\s*TOC\b/i.test(this.#instructions.at(-1)?.text ?? "")) state.destination = "none";
    } else if (name === "footnote" || name === "annotation") {
      // A note within a note is a part of it.
      if (this.#noteDepth === 0) this.#noteDepth = this.#states.length;
      state.destination = "note";
    } else if (name === "listtext" || name === "pntext") {
      state.destination = "label";
      this.#label = "";
    } else if (passedOver.has(name) || (this.#isPassable && !passableWithWords.has(name))) state.destination = "none";
    else return false;
    return true;
  }

  #property(name: string, value: number, given: number | null): void {
    const state = this.#state;
    if (name === "title" && this.#states.length > 0) state.destination = "title";
    else if (name === "ansicpg") this.#codePage = codePageLabel(value);
    else if (name === "mac") this.#codePage = "macintosh";
    else if (name === "uc") state.fallback = Math.min(Math.max(0, given ?? 1), 100);
    else if (name === "f") this.#font(given ?? 0);
    else if (name === "fcharset") this.#fontCharset(value);
    else if (name === "deleted") state.isDeleted = given !== 0;
    else if (name === "plain") state.isDeleted = false;
    else if (name === "s") this.#style(given ?? 0);
    else if (name === "outlinelevel") this.#outline(value, given);
    else if (name === "pard" && state.destination === "text") {
      this.#level = null;
      this.#isInTable = false;
    } else if (name === "intbl" || name === "itap") this.#isInTable = given !== 0;
    else if (name === "par" || name === "sect") this.#endLine();
    else if (name === "cell") this.#endCell();
    else if (name === "row") this.#endRow();
    else this.#cellDefinition(name, value, given);
  }

  #cellDefinition(name: string, value: number, given: number | null): void {
    if (name === "trowd") {
      this.#definitions = [];
      this.#isHeaderRow = false;
      this.#left = 0;
    } else if (name === "trhdr") this.#isHeaderRow = true;
    else if (name === "trleft") this.#left = given ?? 0;
    else if (name === "clvmrg") this.#next.continuesAbove = true;
    else if (name === "clmrg") this.#next.continuesLeft = true;
    else if (name === "cellx") {
      if (this.#definitions.length < 1_000) this.#definitions.push({ right: value, ...this.#next });
      this.#next = { continuesAbove: false, continuesLeft: false };
    }
  }

  #font(number: number): void {
    this.#state.font = number;
    if (this.#state.destination !== "fonts") return;
    this.#described = number;
    if (this.#fonts.size < 10_000) this.#fonts.set(number, { label: undefined, name: "" });
  }

  #fontCharset(charset: number): void {
    const font = this.#fonts.get(this.#described);
    if (this.#state.destination === "fonts" && font) font.label = fontCharsetLabel(charset);
  }

  #style(number: number): void {
    if (this.#state.destination === "styles") this.#described = number;
    else if (this.#state.destination === "text") this.#level = this.#levels.get(number) ?? null;
  }

  #outline(value: number, given: number | null): void {
    const level = given === null || value < 0 || value > 8 ? null : value + 1;
    if (this.#state.destination === "text") this.#level = level;
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
    if (!high) return this.#say(words);
    this.#say(words.slice(0, high.index));
    this.#addText(words.slice(high.index));
  }

  #addCharacter(value: number): void {
    if (this.#toSkip > 0) this.#toSkip--;
    this.#flushBytes();
    const code = value < 0 ? value + 0x10000 : value;
    const font = this.#fonts.get(this.#state.font)?.name ?? "";
    if (code >= 0xf000 && code <= 0xf0ff) this.#say(symbolCharacter(font.replace(/;.*$/s, "").trim(), code));
    else if (code <= 0x10ffff) this.#say(String.fromCodePoint(code));
    this.#toSkip = this.#state.fallback;
  }

  /** The character set of bytes at this place. */
  #label8(): string {
    return this.#fonts.get(this.#state.font)?.label ?? this.#codePage;
  }

  #flushBytes(): void {
    if (this.#bytes.length === 0) return;
    const bytes = this.#bytes;
    this.#bytes = [];
    const name = (this.#fonts.get(this.#state.font)?.name ?? "").replace(/;.*$/s, "").trim();
    if (/^(?:symbol|wingdings)$/i.test(name)) {
      this.#say(bytes.map((byte) => symbolCharacter(name, 0xf000 + byte)).join(""));
    } else this.#say(decodeBytes(bytes, this.#label8()));
  }

  #say(text: string): void {
    const { destination, isDeleted, font } = this.#state;
    if (destination === "fonts") {
      const entry = this.#fonts.get(font);
      if (entry && entry.name.length < 100) entry.name += text;
    } else if (destination === "styles") this.#name = (this.#name + text).slice(0, 200);
    else if (destination === "title") this.#title = (this.#title + text).slice(0, 1_000);
    else if (destination === "instruction") {
      const field = this.#instructions.at(-1);
      if (field && field.text.length < 100) field.text += text;
    } else if (isDeleted || destination === "none") return;
    else if (destination === "label") this.#label += text;
    else if (destination === "note") this.#note += text;
    else this.#paragraph += text;
  }

  /** The end of a paragraph of whatever is read. */
  #endLine(): void {
    const { destination } = this.#state;
    if (destination === "note") this.#note += "\n";
    else if (destination !== "text") return;
    else if (this.#isInTable) this.#paragraph += " ";
    else {
      this.#endTable();
      this.#endParagraph();
    }
  }

  #endParagraph(): void {
    const text = this.#paragraph;
    const label = this.#label.trim();
    this.#paragraph = "";
    this.#label = "";
    if (label !== "" && this.#level !== null) this.#builder.heading(this.#level, `${sign(label, "")} ${text}`);
    else if (this.#level !== null) this.#builder.heading(this.#level, text);
    else if (label !== "" && text.trim() !== "") this.#builder.add("list", `${sign(label, "-")} ${text.trim()}`);
    else this.#builder.add("prose", text);
    this.#addNotes();
  }

  #addNotes(): void {
    for (const note of this.#notes.splice(0)) this.#builder.add("prose", note.trim());
  }

  #endCell(): void {
    if (this.#state.destination !== "text") return;
    const label = this.#label.trim();
    this.#cells.push((label === "" ? this.#paragraph : `${sign(label, "-")} ${this.#paragraph}`).trim());
    this.#paragraph = "";
    this.#label = "";
  }

  #endRow(): void {
    if (this.#state.destination !== "text") return;
    const cells: RowCell[] = this.#cells.map((text, index) => {
      // Some writers describe fewer cells than they write.
      const last = this.#definitions.at(-1)?.right ?? this.#left;
      const usual = { right: last + (index + 1) * 1_000, continuesAbove: false, continuesLeft: false };
      return { text, ...(this.#definitions[index] ?? usual) };
    });
    if (cells.length > 0) this.#rows.push({ isHeader: this.#isHeaderRow, left: this.#left, cells });
    this.#cells = [];
  }

  #endTable(): void {
    if (this.#cells.length > 0) this.#endRow();
    if (this.#rows.length === 0) return;
    addTable(this.#builder, gridOf(this.#rows));
    this.#rows = [];
    this.#addNotes();
  }
}

/** A list's number, or what stands for its bullet. */
function sign(label: string, bullet: string): string {
  return /[\p{L}\p{N}]/u.test(label) ? label : bullet;
}
