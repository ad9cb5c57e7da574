/**
 * Which passages an answer cites, in the forms that models write, and whether it says that the passages do not answer.
 */

const number = String.raw`\d{1,3}`;
const list = String.raw`${number}(?:\s*(?:,|;|&|[-–—‑]|\band\b|\bund\b|\bet\b|\by\b|\bto\b)+\s*(?:passages?\s+)?${number})*`;
const word = String.raw`(?:passages?|sources?|documents?|docs?|refs?|references?|excerpts?)`;
/** `[1]`, `[1, 2]`, `[1-3]`, `[^1]`, `[passage 2]`, `【2†source】`, `[2, lines 3-5]`. */
const bracketed = new RegExp(
  String.raw`[[【]\s*\^?\s*(?:${word}\s*[:#]?\s*)?(${list})\s*(?:†[^\]】]{0,80}|,?\s*(?:lines?|ll?\.|p\.|pp\.)[^\]】]{0,40})?[\]】]`,
  "gi",
);
/** `(passage 2)`, `according to passages 1 and 3`. */
const named = new RegExp(String.raw`\bpassages?\s+(${list})`, "gi");
/** Code holds subscripts, not citations. */
const code = /```[\s\S]*?(?:```|$)|~~~[\s\S]*?(?:~~~|$)|`[^`\n]+`/g;

/** What the model cites when nothing answers: see prompt.ts. */
export const noPassage = 0;

/** The sentence that models were told to say in earlier versions, and still like to. */
const notAnswered = /\bthe (?:documents|passages) do not (?:answer|contain|hold)\b/i;
/** What a refusal is made of, in the languages that people ask in most. */
const material =
  /document|passage|context|provided|excerpt|unterlag|dokument|textstell|abschnitt|quelle|documento|pasaje|fragmento|texto|trecho|documenti|passaggi|brani|fragment|dokumen|документ|отрыв|фрагмент|文档|文件|段落|資料|文書|ドキュメント|문서|자료|مستند|وثائق|מסמכ|έγγραφ|belge|tài liệu|เอกสาร/iu;
const negation =
  /\b(?:not|no|none|cannot|can't|don't|doesn't|isn't|nothing|nicht|nichts|kein\w*|ne|pas|aucun\w*|rien|ninguno?a?|nada|não|nenhum\w*|non|nessun\w*|nie|niet|geen|inte|ikke|ei|tidak|yok|không)\b|n't\b|не|нет|ничего|没有|沒有|未|不|ない|ません|않|없|لا|ليس|לא|אין|δεν|ไม่|değil/iu;
const longestRefusal = 400;

export interface Citations {
  /** Numbers, from 1, of passages that exist, in the order of their first citation. */
  readonly cited: readonly number[];
  /** Numbers that no passage has: what the answer says there rests on nothing. */
  readonly unknown: readonly number[];
  /** False where the answer says that the passages do not hold one. */
  readonly answered: boolean;
}

export function readCitations(answer: string, passages: number): Citations {
  const prose = answer.replace(code, (text) => " ".repeat(text.length));
  const cited = new Map<number, number>();
  const unknown = new Map<number, number>();
  let says0 = false;
  for (const pattern of [bracketed, named]) {
    for (const match of prose.matchAll(pattern)) {
      // `x[1]` may be a subscript or a citation after a word without a blank: a passage that exists is given the benefit.
      const glued = /[\p{L}\p{N}_)]/u.test(prose[match.index - 1] ?? "") && pattern === bracketed;
      for (const each of numbersOf(match[1]!)) {
        if (each === noPassage) says0 ||= !glued;
        else if (each <= passages) note(cited, each, match.index);
        else if (!glued) note(unknown, each, match.index);
      }
    }
  }
  const inOrder = (found: Map<number, number>): number[] =>
    [...found].sort(([, a], [, b]) => a - b).map(([each]) => each);
  const answered = cited.size > 0 || !(says0 || notAnswered.test(prose) || isRefusal(prose));
  return { cited: inOrder(cited), unknown: inOrder(unknown), answered };
}

function note(found: Map<number, number>, each: number, at: number): void {
  found.set(each, Math.min(found.get(each) ?? Infinity, at));
}

/** The numbers of a list such as `1, 3-5`. */
function numbersOf(text: string): number[] {
  const numbers: number[] = [];
  let previous: number | null = null;
  let range = false;
  for (const [token] of text.matchAll(/\d+|[-–—‑]|\bto\b/gi)) {
    if (!/\d/.test(token)) {
      range = true;
      continue;
    }
    const each = Number(token);
    if (range && previous !== null && each > previous) {
      for (let between = previous + 1; between < each && between - previous < 100; between++) numbers.push(between);
    }
    numbers.push(each);
    previous = each;
    range = false;
  }
  return numbers;
}

/** A short answer without a citation that denies something of documents. */
function isRefusal(prose: string): boolean {
  return prose.trim().length <= longestRefusal && material.test(prose) && negation.test(prose);
}
