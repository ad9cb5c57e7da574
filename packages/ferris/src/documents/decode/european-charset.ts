/**
 * Which single-byte set of Europe's alphabets (Latin, Cyrillic, Greek) a text is in that declares none: each set's reading is judged by how its
 * languages put letters together, and where quotes, signs and capitals stand. What two sets read differently and about equally well is not decided.
 */
import { latin1 } from "#platform/bytes";
import { decodeStrictly } from "./charset.ts";
import { cyrillicGreekPairs } from "./cyrillic-greek-pairs.ts";
import { costDigits, letterPairs } from "./letter-pairs.ts";

/** With what each costs more than the first, in natural logarithms: how much rarer files in it are. */
const candidates: readonly (readonly [charset: string, rarity: number])[] = [
  ["windows-1252", 0],
  ["windows-1250", 1],
  ["iso-8859-2", 1],
  ["windows-1254", 1],
  ["windows-1257", 1],
  ["iso-8859-15", 1],
  ["ibm850", 10],
  ["ibm852", 10],
  ["ibm437", 10],
  ["macintosh", 10],
  ["x-mac-ce", 11],
  ["iso-8859-13", 5],
  ["iso-8859-4", 5],
  ["ibm857", 11],
  ["ibm775", 11],
  ["ibm865", 11],
  ["ibm860", 11],
  ["ibm861", 11],
  ["ibm863", 11],
  ["iso-8859-16", 5],
  ["iso-8859-3", 5],
  ["iso-8859-10", 5],
  ["iso-8859-14", 5],
  ["x-mac-turkish", 11],
  ["x-mac-icelandic", 11],
  ["x-mac-romanian", 11],
  ["x-mac-croatian", 11],
  ["windows-1251", 0],
  ["koi8-r", 1],
  ["koi8-u", 1],
  ["iso-8859-5", 3],
  ["ibm866", 3],
  ["x-mac-cyrillic", 5],
  ["ibm855", 11],
  ["ibm1125", 11],
  ["kz-1048", 11],
  ["windows-1253", 1],
  ["iso-8859-7", 1],
  ["ibm737", 8],
  ["ibm869", 11],
  ["x-mac-greek", 11],
];

/** Sets of one country: a text in another language is not in them, whatever its signs look like. */
const nationalSets: Readonly<Record<string, readonly string[] | undefined>> = {
  ibm860: ["pt"],
  ibm861: ["is"],
  ibm863: ["fr"],
  ibm865: ["da", "nb"],
};

/** The best must be eight thousand times as likely as the next that reads something else. */
const clearlyAhead = 9;
/** … and so much for each word that they read differently: small errors of judgement add up. */
const clearlyEach = 2.5;
/** … and so much by the words alone, how rare the sets are aside, where what is a sign in one is a letter in the other: "utilit…" and "utilità". */
const clearlyByWords = 5;
/** What one word can say for or against a set: texts repeat themselves, and words may be anything. */
const mostPerWord = 12;
/** A letter that the language does not have. */
const foreignLetter = 14;
/** A word of another language in a text. */
const foreignWord = 6;
const misplaced = 20;
/** Letters of two alphabets: "kдse". */
const mixedWord =
  /\p{Script=Latin}[\p{Script=Cyrillic}\p{Script=Greek}]|[\p{Script=Cyrillic}\p{Script=Greek}]\p{Script=Latin}/u;
/** Letters that are words. */
const usualAlone = /[àáåèéìíòóôöùúýÀÁÅÈÉÓÖÚавежзийіїкосуэяАВЕЗИІЙКОСУЯηήοόαώωΗΉΟΌ]/;
const loneLetter = 8;
/** Of the characters beyond ASCII, most that may be misplaced or of no language in a text that is believed. */
const mostOdd = 0.03;
/** A set in which so much is odd says nothing against another: it is only cheap because one word can cost no more than so much. */
const hopeless = 0.3;
/** … and letters that the text's own language does not have. English has none of its own: it is not asked. */
const mostForeign = 0.2;
/**
 * … and what a step from letter to letter costs in Cyrillic or Greek: 2.4 to 3 in text of theirs (3.6 where it is short), 4.4 and more where every byte of another script
 * (Hebrew's letters are capitals of KOI8-R) happens to be a letter. Latin words hold too few letters of their own to tell.
 */
const mostStep = 3.7;
/** Distinct stretches that are looked at, and those with a byte that these do not have; more do not tell more. */
const mostStretches = 400;
const longestStretch = 60;
/** How many stretches with a byte are looked at in any case. */
const enough = 3;
/** Letters by themselves are words; more different ones are a table of all that there are, which would weigh more than the text around it. */
const mostLone = 12;

interface Language {
  readonly name: string;
  /** By character: its place in the rows of costs, from 1. */
  readonly places: ReadonlyMap<string, number>;
  readonly size: number;
  /** In natural logarithms. */
  readonly costs: Float32Array;
}

let loaded: readonly Language[] | undefined;

function languages(): readonly Language[] {
  const latin = Object.entries(letterPairs).map(
    ([name, [letters, costs]]) => [name, [`abcdefghijklmnopqrstuvwxyz${letters}`, costs]] as const,
  );
  return (loaded ??= [...latin, ...Object.entries(cyrillicGreekPairs)].map(([name, [all, written]]) => {
    const costs = Float32Array.from(written, (digit) => costDigits.indexOf(digit) / 6);
    return { name, places: new Map(Array.from(all, (letter, at) => [letter, at + 1])), size: all.length + 1, costs };
  }));
}

interface Reading {
  readonly charset: string;
  readonly language: string;
  readonly rarity: number;
  /** The stretches beyond ASCII as the set has them. */
  readonly texts: readonly string[];
  /** Letters by themselves that were not judged: a table of them. */
  readonly table: string;
  readonly cost: number;
  readonly odd: number;
  readonly foreign: number;
  /** In a language that has no Latin letters: what a step from letter to letter costs on average in its words; else 0. */
  readonly step: number;
}

/** Null where no set is clearly ahead. `bytes` are neither UTF-8 nor ASCII and hold no NUL. */
export function europeanCharset(bytes: Uint8Array): string | null {
  const { plain, beyond, lone } = stretchesOf(bytes);
  if (beyond.length === 0) return null;
  const main = mainLanguage(plain);
  const known = new Map<string, readonly number[]>();
  const readings = candidates.flatMap(([charset, rarity]) => {
    const reading = readingIn(charset, beyond, main, known);
    const table = decodeStrictly(lone, charset) ?? "";
    return reading === null ? [] : [{ ...reading, table, rarity, cost: reading.cost + rarity }];
  });
  readings.sort((one, other) => one.cost - other.cost);
  const [best] = readings;
  if (best === undefined || best.odd > mostOdd || best.foreign > mostForeign) return null;
  if (best.step > mostStep) return null;
  if (nationalSets[best.charset]?.includes(best.language) === false) return null;
  // Of all that read something else, the one that is nearest for what it reads differently.
  const isClear = readings.every((other) => {
    const words = other.texts.filter((text, at) => text !== best.texts[at]).length;
    const differing = words + Number(other.table !== best.table);
    if (differing === 0) return true;
    const ahead = other.cost - best.cost;
    if (other.odd > hopeless) return ahead > 0;
    if (ahead < Math.max(clearlyAhead, differing * clearlyEach)) return false;
    return !hasSignForLetter(best.texts, other.texts) || ahead + best.rarity - other.rarity >= clearlyByWords;
  });
  return isClear && !isPerhapsMacintosh(best) ? best.charset : null;
}

function isPerhapsMacintosh({ charset, texts }: Reading): boolean {
  return charset === "windows-1251" && hasUnclosedQuote(texts.join("\n"));
}

/** Whether a quote begins before a small letter and never ends: it is the Macintosh's capital Д then, "„али" for "Дали". */
export function hasUnclosedQuote(text: string): boolean {
  const begun = text.match(/„(?=\p{Ll})/gu)?.length ?? 0;
  return begun > 0 && (text.match(/[“”»"]/g)?.length ?? 0) < begun;
}

function hasSignForLetter(texts: readonly string[], others: readonly string[]): boolean {
  return texts.some((text, at) => {
    const other = others[at]!;
    if (text === other) return false;
    for (let place = 0; place < text.length; place++)
      if (text[place] !== other[place] && !isLetter(text[place]!) && isLetter(other[place]!)) return true;
    return false;
  });
}

/** A run of letters and bytes beyond ASCII, with the characters around it. */
type Stretch = string;

function stretchesOf(bytes: Uint8Array): { plain: string[]; beyond: Uint8Array[]; lone: Uint8Array } {
  const plain = new Set<Stretch>();
  const beyond = new Map<Stretch, Uint8Array>();
  // ASCII letters are of no interest.
  const seen = new Uint32Array(256).fill(enough, 0, 0x80);
  const words = new Set<number>();
  const lone = new Set<number>();
  const isWord = (byte: number) => byte >= 0x80 || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
  for (let at = 0; at < bytes.length; at++) {
    if (!isWord(bytes[at]!)) continue;
    const start = at;
    let isBeyond = false;
    for (; at < bytes.length && isWord(bytes[at]!) && at - start < longestStretch; at++)
      isBeyond ||= bytes[at]! >= 0x80;
    const piece = bytes.subarray(start, at);
    if (
      isBeyond
        ? beyond.size >= mostStretches && piece.every((byte) => seen[byte]! >= enough)
        : plain.size >= mostStretches
    )
      continue;
    const around = bytes.subarray(Math.max(0, start - Number(isBeyond)), at + Number(isBeyond));
    const key = latin1(around);
    if (!isBeyond) plain.add(key.toLowerCase());
    else if (!beyond.has(key)) {
      if (piece.length === 1 && !words.has(piece[0]!)) {
        if (words.size >= mostLone) {
          lone.add(piece[0]!);
          continue;
        }
        words.add(piece[0]!);
      }
      for (const byte of piece) seen[byte]!++;
      // Always with one character on each side, so that signs see what they stand beside.
      const framed = new Uint8Array(at - start + 2);
      framed.set(piece, 1);
      framed[0] = start > 0 ? Math.min(bytes[start - 1]!, 0x7f) : 0x20;
      framed[framed.length - 1] = at < bytes.length ? Math.min(bytes[at]!, 0x7f) : 0x20;
      beyond.set(key, framed);
    }
  }
  return { plain: [...plain], beyond: [...beyond.values()], lone: Uint8Array.from(lone) };
}

/** How much less likely than the best each language is by the words in ASCII alone, which all sets read alike. */
function mainLanguage(words: readonly string[]): number[] {
  const costs = languages().map((language) =>
    words.reduce((sum, word) => sum + Math.min(mostPerWord, wordCost(language, word)), 0),
  );
  const least = Math.min(...costs);
  return costs.map((cost) => cost - least);
}

/** `known`: what words cost in each language, as far as another set's reading had them. */
function readingIn(
  charset: string,
  stretches: readonly Uint8Array[],
  main: readonly number[],
  known: Map<string, readonly number[]>,
): Omit<Reading, "rarity" | "table"> | null {
  const texts: string[] = [];
  const all = languages();
  const byLanguage = all.map(() => 0);
  let signs = 0;
  let odd = 0;
  let characters = 0;
  const foreign = all.map(() => 0);
  const stepCosts = all.map(() => 0);
  let steps = 0;
  for (const stretch of stretches) {
    const decoded = decodeStrictly(stretch, charset);
    // Signs of formulas, there; what Greek there is, is not in these sets.
    const text = charset === "ibm437" && decoded !== null ? decoded.replace(/[αΓπΣσµτΦΘΩδφε]/g, "≈") : decoded;
    if (text === null || /[\x80-\x9f\ue000-\uf8ff\ufffd]/.test(text)) return null;
    texts.push(withCedillas(decoded!));
    let cost = 0;
    for (const { 0: sign, index } of text.matchAll(/[^\x00-\x7f\p{L}]/gu)) {
      const own =
        sign === "’" || sign === "´"
          ? apostropheCost(text, index) + (sign === "´" ? 4 : 0)
          : signCost(sign, text[index - 1] ?? " ", text[index + 1] ?? " ");
      cost += own;
      characters++;
      if (own >= misplaced) odd++;
    }
    if (new Set(text.match(new RegExp(frame, "g"))).size > mostKindsOfFrame) {
      cost += misplaced;
      odd += mostKindsOfFrame;
    }
    // "dÉja": a capital in a word, or a small letter among capitals.
    for (const { 0: pair } of text.matchAll(
      /\p{Ll}\p{Lu}|\p{Lu}(?=\p{Lu})|(?<=\p{Lu}\p{Lu})\p{Ll}|(?<!\p{L})\p{Ll}\p{Lu}/gu,
    )) {
      if (/[^\x00-\x7f]/.test(pair) && !/^\p{Lu}$|ß/u.test(pair)) {
        cost += misplaced;
        odd++;
      }
    }
    if (mixedWord.test(text)) {
      cost += misplaced;
      odd++;
    }
    for (const { 0: letter } of text.matchAll(/(?<!\p{L})[^\x00-\x7f\P{L}](?!\p{L})/gu))
      if (!usualAlone.test(letter)) cost += loneLetter;
    signs += Math.min(cost, 2 * mostPerWord);
    const words = withCedillas(text)
      .replaceAll("İ", "i")
      .toLowerCase()
      .split(/[^\p{L}]+/u)
      .filter((word) => word !== "");
    for (const word of words) {
      let costs = known.get(word);
      if (!costs) known.set(word, (costs = all.map((language) => wordCost(language, word))));
      const anywhere = foreignWord + Math.min(...costs);
      costs.forEach((own, at) => (byLanguage[at]! += Math.min(own, anywhere)));
      const letters = word.match(/[^\x00-\x7f]/g) ?? [];
      characters += letters.length;
      if (letters.length > 0) {
        steps += word.length + 1;
        costs.forEach((own, at) => (stepCosts[at]! += own));
      }
      all.forEach(({ places }, at) => (foreign[at]! += letters.filter((letter) => !places.has(letter)).length));
      // A letter that is in no language that has the others.
      odd += Math.min(...all.map(({ places }) => letters.filter((letter) => !places.has(letter)).length));
    }
  }
  const costs = byLanguage.map((own, at) => own + main[at]!);
  const own = costs.indexOf(Math.min(...costs));
  const isWithout = all[own]!.size === 27;
  return {
    charset,
    language: all[own]!.name,
    texts,
    cost: signs + costs[own]!,
    odd: odd / Math.max(1, characters),
    foreign: isWithout ? 0 : foreign[own]! / Math.max(1, characters),
    step: all[own]!.places.has("a") ? 0 : stepCosts[own]! / Math.max(1, steps),
  };
}

/** Romanian's s and t, which most sets have in their Turkish form. */
function withCedillas(text: string): string {
  return text.replace(/[șțȘȚ]/g, (letter) => "şţŞŢ"["șțȘȚ".indexOf(letter)]!);
}

function wordCost({ places, size, costs }: Language, word: string): number {
  let cost = 0;
  let before = 0;
  for (const letter of word) {
    const at = places.get(letter);
    cost += at === undefined ? foreignLetter : costs[before * size + at]!;
    before = at ?? 0;
  }
  return cost + costs[before * size]!;
}

const isLetter = (character: string) => /\p{L}/u.test(character);

/** Lines and blocks of DOS. */
const frame = /[\u2500-\u259f\u25a0]/;
/** What stands alone between blanks: rules between columns, bullets. A crossing or a corner never does: it is a word there, "non è stato". */
const ruledAlone = /[\u2500\u2502\u2550\u2551\u2588\u25a0]/;
/** Frames are drawn with a few of them, many times each. */
const mostKindsOfFrame = 3;

/** More letters beside an apostrophe than any that is usual has. */
const longestElided = 12;

/** English "’s" and French "l’"; elsewhere it is rarely in a word. */
function apostropheCost(text: string, at: number): number {
  const before = /\p{L}*$/u.exec(text.slice(Math.max(0, at - longestElided), at))![0];
  const after = /^\p{L}*/u.exec(text.slice(at + 1, at + longestElided))![0];
  if (before === "" || after === "") return before === "" ? 7 : 4;
  const isUsual =
    /^(?:s|t|d|m|ll|re|ve)$/i.test(after) || before.length === 1 || /^(?:qu|.*ll|un|jusqu|lorsqu)$/i.test(before);
  return isUsual ? 3 : 9;
}

/** How unlikely a sign is between these characters. */
function signCost(sign: string, before: string, after: string): number {
  const isInside = isLetter(before) && isLetter(after);
  if (frame.test(sign)) {
    if (/[\p{L}\p{N}]/u.test(before + after)) return misplaced;
    return ruledAlone.test(sign) || frame.test(before) || frame.test(after) ? 3 : misplaced;
  }
  if (/[“”„«»‘‚‹›]/.test(sign)) {
    // It opens: "e ‚ um ficheiro" is another set's é.
    if (/[„‚]/.test(sign)) return isLetter(before) || /^\s\s$/.test(before + after) ? misplaced : 4;
    return isInside ? misplaced : 4;
  }
  if (/[–—]/.test(sign)) return isInside ? (sign === "—" ? 5 : 8) : isLetter(before) || isLetter(after) ? 7 : 4;
  if (sign === "…") return isInside ? 8 : 4;
  if (/[¿¡]/.test(sign)) return isLetter(before) || !isLetter(after) ? misplaced : 3;
  if (sign === "\u00a0") return isInside ? 7 : 4;
  if (sign === "\u00ad") return isInside ? 6 : misplaced;
  if (/[ºª]/.test(sign)) return /\d/.test(before) ? 4 : isInside ? misplaced : 7;
  if (/[∞≡≥≤÷≈√∩ⁿ]/.test(sign)) return /[^\x00-\x7f]|\p{L}/u.test(before + after) ? misplaced : 6;
  if (sign === "·" && /l/i.test(before) && /l/i.test(after)) return 2;
  if (sign === "©" && !isLetter(before) && !isLetter(after)) return 2;
  if (/[°²³½¼¾×±µ·•§©®™€£¹]/.test(sign))
    return isInside ? misplaced : isLetter(before) && !/[²³¹®™]/.test(sign) ? 9 : 6;
  return isLetter(before) || isLetter(after) ? misplaced : 9;
}
