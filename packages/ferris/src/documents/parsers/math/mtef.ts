/**
 * Formulas of Equation Editor 3 and MathType (MTEF) on one line, as those of today's Office are: "h_loss = L/D", "√(x+1)", "∑_(i=1)^n".
 *
 * A formula is a tree of records: lines of characters and of templates (a fraction, a root), which have lines of their own. Versions 1 to 4 say what a
 * record is and its flags in one byte, version 5 in two. How it looks is passed over.
 */
import { ByteReader } from "../legacy/byte-reader.ts";
import { symbolCharacter } from "../word/symbols.ts";
import { rowOf } from "./linear.ts";
import { type MtefPart, newerTemplate, olderTemplate } from "./mtef-templates.ts";

const deepest = 100;
/** In the stream of an object, where the formula is and how long. */
const headerBytes = 28;

const record = {
  end: 0,
  line: 1,
  character: 2,
  template: 3,
  pile: 4,
  matrix: 5,
  embellishment: 6,
  ruler: 7,
  font: 8,
  size: 9,
  color: 15,
  colorDefinition: 16,
  fontDefinition: 17,
  preferences: 18,
  encodingDefinition: 19,
  future: 100,
} as const;

/** Flags, as version 5 has them. */
const flag = {
  isMoved: 8,
  isNull: 1,
  hasRuler: 2,
  hasSpacing: 4,
  hasEmbellishment: 1,
  has8: 4,
  has16: 0x10,
  hasNoCode: 0x20,
};

/** What is over or beside a character. */
const embellishments: Readonly<Record<number, string>> = {
  2: "\u0307",
  3: "\u0308",
  4: "\u20db",
  5: "′",
  6: "″",
  7: "‵",
  8: "\u0303",
  9: "\u0302",
  10: "\u0338",
  11: "\u20d7",
  12: "\u20d6",
  13: "\u20e1",
  17: "\u0305",
  18: "‴",
};

const face = { text: 1, function: 2, space: 24 } as const;
/** Fonts whose characters versions 1 and 2 give by their places in Symbol. */
const inSymbol = new Set([4, 5, 6]);

/** The formula in an object's stream "Equation Native", which may be empty; null for what is none, or is not understood. */
export function textOfEquation(native: Uint8Array): string | null {
  const reader = new ByteReader(native);
  const start = reader.u16(0) === headerBytes ? headerBytes : 0;
  const version = reader.u8(start);
  if (version < 1 || version > 5 || native.length < start + 6) return null;
  const length = start === 0 ? 0 : reader.u32(8);
  if (length > 0 && start + length < native.length) return textOfEquation(native.subarray(start, start + length));
  let at = start + (version === 1 ? 1 : 5);
  if (version === 5) {
    // The name of the program's key, and an option.
    const end = native.indexOf(0, at);
    if (end < 0) return null;
    at = end + 2;
  }
  return new MtefReader(reader, version, at).read();
}

class MtefReader {
  readonly #reader: ByteReader;
  readonly #version: number;
  #at: number;
  #depth = 0;
  #isUnknown = false;

  constructor(reader: ByteReader, version: number, at: number) {
    this.#reader = reader;
    this.#version = version;
    this.#at = at;
  }

  /** What could be read; null where that is nothing, and there is more. */
  read(): string | null {
    const lines: string[] = [];
    // What stands behind the formula's end is more of it, or filling.
    while (this.#at < this.#reader.length && !this.#isUnknown) {
      const parts = this.#list();
      if (parts.length > 0) lines.push(textOfParts(parts, "\n"));
    }
    const text = lines
      .join("\n")
      .replace(/[^\S\n]+/g, " ")
      .trim();
    return text === "" && this.#isUnknown ? null : text;
  }

  #byte(): number {
    return this.#reader.u8(this.#at++);
  }

  #word(): number {
    this.#at += 2;
    return this.#reader.u16(this.#at - 2);
  }

  /** Of one byte or three. */
  #number(): number {
    const first = this.#byte();
    return first === 255 ? this.#word() : first;
  }

  #text(): void {
    const end = this.#reader.bytes.indexOf(0, this.#at);
    this.#at = end < 0 ? this.#reader.length : end + 1;
  }

  /** The records up to the end of a list. */
  #list(): MtefPart[] {
    const parts: MtefPart[] = [];
    if (++this.#depth > deepest) this.#isUnknown = true;
    while (this.#at < this.#reader.length && !this.#isUnknown) {
      const [type, flags] = this.#head();
      if (type === record.end) break;
      const part = this.#record(type, flags);
      if (part) parts.push(part);
    }
    this.#depth--;
    return parts;
  }

  #head(): [type: number, flags: number] {
    const tag = this.#byte();
    if (this.#version < 5) return [tag & 0x0f, tag >> 4];
    return [tag, tag >= record.line && tag <= record.embellishment ? this.#byte() : 0];
  }

  #record(type: number, flags: number): MtefPart | null {
    if (flags & flag.isMoved && type >= record.line && type <= record.embellishment) this.#move();
    switch (type) {
      case record.line:
        return this.#line(flags);
      case record.character:
        return this.#character(flags);
      case record.template:
        return this.#template();
      case record.pile:
        this.#at += 2;
        if (flags & flag.hasRuler) this.#ruler(true);
        return piece(textOfParts(this.#list(), "\n"));
      case record.matrix:
        return this.#matrix();
      case record.embellishment:
        this.#at++;
        return null;
      case record.ruler:
        this.#ruler(false);
        return null;
      case record.size:
        this.#size();
        return null;
      default:
        this.#definition(type);
        return null;
    }
  }

  #move(): void {
    if (this.#word() === 0x8080) this.#at += 4;
  }

  #line(flags: number): MtefPart {
    if (flags & flag.hasSpacing) this.#number();
    if (flags & flag.hasRuler) this.#ruler(true);
    const text = flags & flag.isNull ? "" : textOfParts(this.#list(), "");
    return { kind: "line", text, isCompound: false, face: 0 };
  }

  #character(flags: number): MtefPart {
    const typeface = this.#number() - 128;
    let text: string;
    let isEmbellished = (flags & flag.hasEmbellishment) !== 0;
    if (this.#version < 5) {
      isEmbellished = (flags & 2) !== 0;
      const code = this.#version < 3 ? this.#byte() : this.#word();
      text = this.#version < 3 && inSymbol.has(typeface) ? symbolCharacter("Symbol", 0xf000 + code) : shown(code);
    } else {
      text = flags & flag.hasNoCode ? "" : shown(this.#word());
      if (flags & flag.has8) this.#at++;
      if (flags & flag.has16) this.#at += 2;
    }
    if (typeface === face.space) text = text.trim() === "" ? text : " ";
    if (isEmbellished) text += this.#embellishments();
    return { kind: "character", text, isCompound: false, face: typeface };
  }

  #embellishments(): string {
    let marks = "";
    while (this.#at < this.#reader.length) {
      const before = this.#at;
      const [type, flags] = this.#head();
      if (type !== record.embellishment) {
        if (type === record.end) break;
        // A list without an end: what holds more belongs to the line.
        if (type >= record.line && type <= record.matrix) {
          this.#at = before;
          break;
        }
        // Sizes and colours stand among them.
        this.#record(type, flags);
        continue;
      }
      if (flags & flag.isMoved) this.#move();
      marks += embellishments[this.#byte()] ?? "";
    }
    return marks;
  }

  #template(): MtefPart {
    const selector = this.#byte();
    let variation = this.#byte();
    if (this.#version === 5 && variation & 0x80) variation = (variation & 0x7f) | (this.#byte() << 7);
    this.#at++;
    const parts = this.#list();
    const template = this.#version === 5 ? newerTemplate : olderTemplate;
    return template(selector, variation, {
      lines: parts.filter(({ kind }) => kind === "line").map(({ text }) => text),
      signs: parts.filter(({ kind }) => kind === "character").map(({ text }) => text),
    });
  }

  #matrix(): MtefPart {
    this.#at += 3;
    const [rows, columns] = [this.#byte(), this.#byte()];
    // Two bits for each line between and around them.
    this.#at += Math.ceil((rows + 1) / 4) + Math.ceil((columns + 1) / 4);
    const cells = this.#list().map(({ text }) => text);
    const lines: string[] = [];
    for (let row = 0; row < rows; row++) lines.push(cells.slice(row * columns, (row + 1) * columns).join(", "));
    return piece(columns === 0 ? cells.join(", ") : `[${lines.join("; ")}]`);
  }

  #ruler(hasHead: boolean): void {
    if (hasHead) this.#at++;
    const stops = this.#byte();
    this.#at += 3 * stops;
  }

  #size(): void {
    const size = this.#byte();
    if (size === 101) this.#at += 2;
    else if (size === 100) this.#at += 3;
    else this.#at++;
  }

  /** Fonts, colours and preferences; sizes 10 to 14 are one byte. */
  #definition(type: number): void {
    if (this.#version < 5) {
      if (type === record.font) {
        this.#at += 2;
        this.#text();
      } else if (type === record.color) this.#isUnknown = true;
    } else if (type === record.font) {
      this.#number();
      this.#at++;
    } else if (type === record.color) this.#number();
    else if (type === record.colorDefinition) {
      const options = this.#byte();
      this.#at += options & 1 ? 8 : 6;
      if (options & 4) this.#text();
    } else if (type === record.fontDefinition) {
      this.#number();
      this.#text();
    } else if (type === record.encodingDefinition) this.#text();
    else if (type === record.preferences) this.#preferences();
    else if (type >= record.future) {
      const length = this.#number();
      this.#at += length;
    } else if (type > record.encodingDefinition) this.#isUnknown = true;
  }

  #preferences(): void {
    this.#at++;
    this.#dimensions();
    this.#dimensions();
    for (let count = this.#byte(); count > 0; count--) if (this.#byte() !== 0) this.#at++;
  }

  /** Numbers of half a byte a digit, each ended by 15. */
  #dimensions(): void {
    let left = this.#byte();
    while (left > 0 && this.#at < this.#reader.length) {
      const both = this.#byte();
      if (both >> 4 === 15) left--;
      if (left > 0 && (both & 15) === 15) left--;
    }
  }
}

function piece(text: string): MtefPart {
  return { kind: "line", text, isCompound: false, face: 0 };
}

/** Names of functions stand apart from what they are of; what is above or below goes to what stands before it. */
function textOfParts(parts: readonly MtefPart[], between: string): string {
  const pieces: { text: string; isCompound: boolean }[] = [];
  for (const [index, part] of parts.entries()) {
    const next = parts[index + 1];
    const isName = part.kind === "character" && part.face === face.function && /\p{L}$/u.test(part.text);
    const endsName = isName && next !== undefined && next.face !== face.function && /^[\p{L}\p{N}]/u.test(next.text);
    const separator = between !== "" && next !== undefined && part.kind === "line" ? between : "";
    const text = part.text + (endsName ? " " : "") + separator;
    const last = pieces.at(-1);
    if (last && part.isCompound && /^[_^]/.test(text)) {
      last.text += text;
      last.isCompound = true;
    } else pieces.push({ text, isCompound: part.isCompound });
  }
  return rowOf(pieces);
}

/** MathType's own characters: spaces, and a few signs. */
const own: Readonly<Record<number, string>> = {
  0xe083: "+",
  0xe421: "⩾",
  0xe425: "⩽",
  0xeb01: "",
  0xeb08: "",
  0xef00: "",
};

function shown(code: number): string {
  if (own[code] !== undefined) return own[code];
  if (code < 0x20) return "";
  if (code >= 0xd800 && code <= 0xf8ff) return code >= 0xeb00 && code <= 0xefff ? " " : "";
  return String.fromCharCode(code);
}
