/**
 * What number formats of East Asian versions of Excel add to others: years of Japanese eras ("令和5年"), and numbers in ideographs ("壹仟贰佰", "二〇二三年").
 */

/** From Excel's first day: when each era began, and the year before its first. */
const eras: readonly { readonly from: number; readonly before: number; readonly names: readonly string[] }[] = [
  { from: 43_586, before: 2018, names: ["R", "令", "令和"] },
  { from: 32_516, before: 1988, names: ["H", "平", "平成"] },
  { from: 9_856, before: 1925, names: ["S", "昭", "昭和"] },
  { from: 4_595, before: 1911, names: ["T", "大", "大正"] },
  { from: 0, before: 1867, names: ["M", "明", "明治"] },
];
const piece = /"[^"]*"|\\.|\[[^\]]*\]|g{1,3}|e{1,2}|[^]/gi;
/** Of a day, in milliseconds; and of Excel's first day. */
const day = 86_400_000;
const firstDay = Date.UTC(1899, 11, 30);

/** The same format for dates without eras, by the date; null for one that has none. */
export function eraFormat(pattern: string): ((value: number) => string) | null {
  if (!/g|e/i.test(pattern)) return null;
  const pieces = pattern.match(piece) ?? [];
  const isJapanese = /\[\$-(?:411|ja)/i.test(pattern);
  if (!pieces.some((part) => /^g/i.test(part) || (isJapanese && /^e/i.test(part)))) return null;
  return (value) => {
    const era = eras.find(({ from }) => value >= from) ?? eras.at(-1)!;
    const year = new Date(firstDay + Math.floor(value) * day).getUTCFullYear() - era.before;
    return pieces
      .map((part) => {
        if (/^g/i.test(part)) return `"${era.names[part.length - 1]}"`;
        return /^e/i.test(part) ? `"${String(year).padStart(part.length, "0")}"` : part;
      })
      .join("");
  };
}

interface Ideographs {
  readonly digits: string;
  /** Ten, hundred, thousand. */
  readonly tens: string;
}

const plain: Ideographs = { digits: "〇一二三四五六七八九", tens: "十百千" };
const capital: Ideographs = { digits: "零壹贰叁肆伍陆柒捌玖", tens: "拾佰仟" };
const groups = ["", "万", "亿", "兆"];

/** What is done to a text that a format of ideographs ("[DBNum2]") has made of a number; null for formats of digits. */
export function ideographFormat(pattern: string, isDate: boolean): ((shown: string) => string) | null {
  const kind = /\[DBNum([12])\]/i.exec(pattern)?.[1];
  if (kind === undefined) return null;
  const signs = kind === "1" ? plain : capital;
  const isCounted = isDate || /general/i.test(pattern);
  // Years are said digit by digit, as are numbers with a format of their own.
  return (shown) =>
    shown
      .replace(/(?<!\.)\d+/g, (number) =>
        isCounted && !(isDate && number.length > 2) ? counted(number, signs) : digitByDigit(number, signs),
      )
      .replace(/\d/g, (digit) => signs.digits[Number(digit)]!);
}

function digitByDigit(number: string, { digits }: Ideographs): string {
  return number.replace(/\d/g, (digit) => digits[Number(digit)]!);
}

/** 1234 as 一千二百三十四; ten is 十. */
function counted(number: string, signs: Ideographs): string {
  const trimmed = number.replace(/^0+(?=\d)/, "");
  if (trimmed === "0" || trimmed.length > 16) return digitByDigit(trimmed, signs);
  const { digits, tens } = signs;
  let words = "";
  let isGap = false;
  for (let at = 0; at < trimmed.length; at++) {
    const left = trimmed.length - 1 - at;
    const digit = Number(trimmed[at]);
    if (digit === 0) isGap = words !== "";
    else {
      const isPlainTen = signs === plain && words === "" && digit === 1 && left === 1;
      words += `${isGap ? digits[0]!.replace("〇", "零") : ""}${isPlainTen ? "" : digits[digit]!}${left % 4 === 0 ? "" : tens[(left % 4) - 1]!}`;
      isGap = false;
    }
    const group = trimmed.slice(Math.max(0, at - 3), at + 1);
    if (left > 0 && left % 4 === 0 && /[1-9]/.test(group)) words += groups[left / 4]!;
  }
  return words;
}
