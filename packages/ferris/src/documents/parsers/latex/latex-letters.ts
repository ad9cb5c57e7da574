/**
 * Letters as LaTeX and BibTeX write them: accents (\'e, {\"o}, \v{c}), letters with names (\ss, \o), and quotes and dashes.
 */

const combining: Readonly<Record<string, string>> = {
  "`": "\u0300",
  "'": "\u0301",
  "^": "\u0302",
  "~": "\u0303",
  "=": "\u0304",
  u: "\u0306",
  ".": "\u0307",
  '"': "\u0308",
  r: "\u030a",
  H: "\u030b",
  v: "\u030c",
  d: "\u0323",
  c: "\u0327",
  k: "\u0328",
  b: "\u0331",
};

const named: Readonly<Record<string, string>> = {
  ss: "ß",
  ae: "æ",
  AE: "Æ",
  oe: "œ",
  OE: "Œ",
  o: "ø",
  O: "Ø",
  aa: "å",
  AA: "Å",
  l: "ł",
  L: "Ł",
  i: "ı",
  j: "ȷ",
  dh: "ð",
  DH: "Ð",
  th: "þ",
  TH: "Þ",
  S: "§",
  P: "¶",
  pounds: "£",
  euro: "€",
  copyright: "©",
  ldots: "…",
  dots: "…",
  textellipsis: "…",
  textendash: "–",
  textemdash: "—",
  textbackslash: "\\",
  textless: "<",
  textgreater: ">",
  textbar: "|",
  textdollar: "$",
  textasciicircum: "^",
  textbraceleft: "{",
  textbraceright: "}",
  textquoteleft: "‘",
  textquoteright: "’",
  textquotedblleft: "“",
  textquotedblright: "”",
  textquotesingle: "'",
  quotesinglbase: "‚",
  quotedblbase: "„",
  guillemotleft: "«",
  guillemotright: "»",
  guilsinglleft: "‹",
  guilsinglright: "›",
  og: "«",
  fg: "»",
  glqq: "„",
  grqq: "“",
  flqq: "«",
  frqq: "»",
  dj: "đ",
  DJ: "Đ",
  ng: "ŋ",
  NG: "Ŋ",
  dag: "†",
  ddag: "‡",
  textdegree: "°",
  degree: "°",
  textmu: "µ",
  textbullet: "•",
  textperiodcentered: "·",
  texttrademark: "™",
  textregistered: "®",
  slash: "/",
  textasciitilde: "~",
  textunderscore: "_",
  LaTeX: "LaTeX",
  TeX: "TeX",
  BibTeX: "BibTeX",
};

/** An accent with its letter, in one of the ways to write it. */
export const accent =
  /\\(?:([`'^"~=.])|([uvHcdbrk])(?=[\s{\\]))\s*(?:\{\s*(?:\\([ij])\s*|([A-Za-z]))\}|\\([ij])(?![A-Za-z])|([A-Za-z]))/;

/** The letter that a match of `accent` stands for. */
export function accented(match: readonly (string | undefined)[]): string {
  const [, sign, name, dotless, braced, dotless2, plain] = match;
  return `${dotless ?? dotless2 ?? braced ?? plain}${combining[sign ?? name!]}`.normalize("NFC");
}

/** What a command stands for, if it is a letter. */
export function letterOf(command: string): string | undefined {
  return Object.hasOwn(named, command) ? named[command] : undefined;
}

/** A short text of BibTeX as people read it. */
export function plainLatex(text: string): string {
  return text
    .replace(new RegExp(accent, "g"), (...match: string[]) => accented(match.slice(0, 7)))
    .replace(/\\([A-Za-z]+)(?:\s+|\{\}|(?![A-Za-z]))/g, (_, command: string) => letterOf(command) ?? "")
    .replace(/\\([&%$#_{}])/g, "$1")
    .replace(/[{}]/g, "")
    .replace(/---/g, "—")
    .replace(/--/g, "–")
    .replace(/~/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}
