/**
 * Numbers of lists in the scripts and words that Word counts in, by the names that OOXML has for them: 一, ①, а, א, One.
 */

/** Signs in their order; numbers beyond them are written as digits. */
const series: Readonly<Record<string, string>> = {
  decimalEnclosedCircle: "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳",
  decimalEnclosedCircleChinese: "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳",
  decimalEnclosedParen: "⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇",
  decimalEnclosedFullstop: "⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑⒒⒓⒔⒕⒖⒗⒘⒙⒚⒛",
  ideographEnclosedCircle: "㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉",
  ideographTraditional: "甲乙丙丁戊己庚辛壬癸",
  ideographZodiac: "子丑寅卯辰巳午未申酉戌亥",
  aiueo: "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン",
  aiueoFullWidth: "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン",
  iroha: "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセス",
  irohaFullWidth: "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセス",
  ganada: "가나다라마바사아자차카타파하",
  chosung: "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ",
  russianLower: "абвгдежзиклмнопрстуфхцчшщэюя",
  russianUpper: "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЭЮЯ",
  hebrew2: "אבגדהוזחטיכלמנסעפצקרשת",
  arabicAlpha: "أبتثجحخدذرزسشصضطظعغفقكلمنهوي",
  arabicAbjad: "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ",
  thaiLetters: "กขคงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ",
};

/** Digits of scripts that write numbers as we do. */
const digits: Readonly<Record<string, string>> = {
  ideographDigital: "〇一二三四五六七八九",
  japaneseDigitalTenThousand: "〇一二三四五六七八九",
  koreanDigital: "영일이삼사오육칠팔구",
  taiwaneseDigital: "○一二三四五六七八九",
  thaiNumbers: "๐๑๒๓๔๕๖๗๘๙",
  hindiNumbers: "०१२३४५६७८९",
};

const counted = new Set([
  "chineseCounting",
  "chineseCountingThousand",
  "japaneseCounting",
  "taiwaneseCounting",
  "taiwaneseCountingThousand",
]);

const small =
  "Zero One Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve Thirteen Fourteen Fifteen Sixteen Seventeen Eighteen Nineteen".split(
    " ",
  );
const tens = " Ten Twenty Thirty Forty Fifty Sixty Seventy Eighty Ninety".split(" ");
const ordinals: Readonly<Record<string, string>> = {
  One: "First",
  Two: "Second",
  Three: "Third",
  Five: "Fifth",
  Eight: "Eighth",
  Nine: "Ninth",
  Twelve: "Twelfth",
};

/** `count` in the format of that name; undefined for one that is not here, and numbers that it does not reach. */
export function namedNumber(count: number, format: string): string | undefined {
  if (count < 1) return undefined;
  if (format in series) return series[format]![count - 1];
  if (format in digits) return String(count).replace(/\d/g, (digit) => digits[format]![Number(digit)]!);
  if (counted.has(format)) return count < 100 ? ideographs(count) : undefined;
  if (format === "hebrew1") return count < 100 ? hebrew(count) : undefined;
  if (format === "numberInDash") return `- ${count} -`;
  if (format === "cardinalText") return count < 100 ? cardinal(count) : undefined;
  if (format === "ordinalText") return count < 100 ? ordinal(count) : undefined;
  return undefined;
}

/** 二十一, as Chinese and Japanese say it. */
function ideographs(count: number): string {
  const ten = Math.floor(count / 10);
  const sign = (digit: number) => (digit === 0 ? "" : "一二三四五六七八九"[digit - 1]!);
  return ten === 0 ? sign(count) : `${ten === 1 ? "" : sign(ten)}十${sign(count % 10)}`;
}

/** Letters as numbers; 15 and 16 are written otherwise than they are made. */
function hebrew(count: number): string {
  const ten = Math.floor(count / 10);
  if (count === 15 || count === 16) return count === 15 ? "טו" : "טז";
  return " יכלמנסעפצ"[ten]!.trim() + " אבגדהוזחט"[count % 10]!.trim();
}

function cardinal(count: number): string {
  if (count < 20) return small[count]!;
  const ten = tens[Math.floor(count / 10)]!;
  return count % 10 === 0 ? ten : `${ten}-${small[count % 10]!.toLowerCase()}`;
}

function ordinal(count: number): string {
  const words = cardinal(count).split("-");
  const last = words.pop()!;
  const upper = last[0]!.toUpperCase() + last.slice(1);
  const said = ordinals[upper] ?? (upper.endsWith("y") ? `${upper.slice(0, -1)}ieth` : `${upper}th`);
  return [...words, words.length > 0 ? said.toLowerCase() : said].join("-");
}
