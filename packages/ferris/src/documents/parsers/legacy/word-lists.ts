/**
 * The lists of Word documents of 1997 to 2003, in the shape that Word's newer files give them: what the numbers of their levels look
 * like, and from where they count.
 */
import { type Level, type List, ListCounter, levels } from "../word/list-counter.ts";
import type { ByteReader } from "./byte-reader.ts";

const mostLists = 4_096;
const longestText = 100;
/** Number formats by their codes in [MS-OSHARED]; others are decimal. */
const formats = new Map([
  [0, "decimal"],
  [1, "upperRoman"],
  [2, "lowerRoman"],
  [3, "upperLetter"],
  [4, "lowerLetter"],
  [5, "ordinal"],
  [6, "cardinalText"],
  [7, "ordinalText"],
  [10, "ideographDigital"],
  [11, "japaneseCounting"],
  [12, "aiueo"],
  [13, "iroha"],
  [17, "japaneseDigitalTenThousand"],
  [18, "decimalEnclosedCircle"],
  [20, "aiueoFullWidth"],
  [21, "irohaFullWidth"],
  [22, "decimalZero"],
  [23, "bullet"],
  [24, "ganada"],
  [25, "chosung"],
  [26, "decimalEnclosedFullstop"],
  [27, "decimalEnclosedParen"],
  [28, "decimalEnclosedCircleChinese"],
  [29, "ideographEnclosedCircle"],
  [30, "ideographTraditional"],
  [31, "ideographZodiac"],
  [33, "taiwaneseCounting"],
  [35, "taiwaneseCountingThousand"],
  [36, "taiwaneseDigital"],
  [37, "chineseCounting"],
  [39, "chineseCountingThousand"],
  [41, "koreanDigital"],
  [45, "hebrew1"],
  [46, "arabicAlpha"],
  [47, "hebrew2"],
  [48, "arabicAbjad"],
  [51, "hindiNumbers"],
  [53, "thaiLetters"],
  [54, "thaiNumbers"],
  [57, "numberInDash"],
  [58, "russianLower"],
  [59, "russianUpper"],
  [255, "none"],
]);

/** Counts the paragraphs of each list, which they name by its number among the overrides, from 1. */
export function listCounter(main: ByteReader, table: ByteReader): ListCounter {
  const defined = definedLists(table, main.u32(0x02e2), main.u32(0x02e6));
  const lists = new Map<string, List>();
  const [start, length] = [main.u32(0x02ea), main.u32(0x02ee)];
  const count = length < 4 ? 0 : Math.min(table.u32(start), mostLists);
  let more = start + 4 + 16 * count;
  for (let index = 0; index < count && start + 20 + 16 * index <= table.length; index++) {
    const place = start + 4 + 16 * index;
    const abstract = String(table.u32(place));
    const own = new Map(defined.get(abstract));
    const startOverrides = new Map<number, number>();
    more += 4;
    for (let change = 0; change < table.u8(place + 12) && more + 8 <= table.length; change++) {
      const flags = table.u32(more + 4);
      const level = flags & 0xf;
      if (flags & 0x10) startOverrides.set(level, table.i32(more));
      more += 8;
      if ((flags & 0x20) === 0) continue;
      const changed = levelAt(table, more, level);
      own.set(level, changed.level);
      more = changed.end;
    }
    lists.set(String(index + 1), { abstract, levels: own, startOverrides });
  }
  return new ListCounter(lists);
}

/** The levels of each list, by its identifier; they follow the table of lists. */
function definedLists(table: ByteReader, start: number, length: number): Map<string, Map<number, Level>> {
  const found = new Map<string, Map<number, Level>>();
  const count = length < 2 ? 0 : Math.min(table.u16(start), mostLists);
  let at = start + 2 + 28 * count;
  for (let index = 0; index < count && at < table.length; index++) {
    const place = start + 2 + 28 * index;
    const isSimple = (table.u8(place + 26) & 1) === 1;
    const own = new Map<number, Level>();
    for (let level = 0; level < (isSimple ? 1 : levels) && at + 28 <= table.length; level++) {
      const read = levelAt(table, at, level);
      own.set(level, read.level);
      at = read.end;
    }
    found.set(String(table.u32(place)), own);
  }
  return found;
}

/** A level: numbers, properties of its paragraphs and its mark, and its text, where characters 0 to 8 stand for numbers of levels. */
function levelAt(table: ByteReader, at: number, level: number): { readonly level: Level; readonly end: number } {
  const flags = table.u8(at + 5);
  const text = at + 28 + table.u8(at + 24) + table.u8(at + 25);
  const characters = table.u16(text);
  const shown = table
    .wide(text + 2, Math.min(characters, longestText))
    .replace(/[\0-\x08]/g, (place) => `%${place.charCodeAt(0) + 1}`);
  const doesNotRestart = (flags & 0x08) !== 0;
  return {
    level: {
      start: table.i32(at),
      format: formats.get(table.u8(at + 4)) ?? "decimal",
      text: shown,
      restart: doesNotRestart ? table.u8(at + 26) : level,
      isLegal: (flags & 0x04) !== 0,
      style: undefined,
    },
    end: text + 2 + 2 * characters,
  };
}
