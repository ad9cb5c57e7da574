/**
 * The letters behind the names of glyphs, where the name says more than the letter: "one.os", "A.sc", "f_i.liga", "uni0041.alt".
 *
 * pdf.js knows Adobe's list of names and no more: a name with a suffix, or of several letters, counts as none there. What is here are the rules
 * of that list's specification (https://github.com/adobe-type-tools/agl-specification) and the names of it that come with suffixes: letters,
 * figures and punctuation.
 */

const named: Readonly<Record<string, string>> = {
  ...inOrder(
    "zero one two three four five six seven eight nine space exclam quotedbl numbersign dollar percent ampersand quotesingle parenleft parenright asterisk plus comma hyphen period slash colon semicolon less equal greater question at bracketleft backslash bracketright asciicircum underscore braceleft bar braceright asciitilde exclamdown cent sterling yen Euro florin section copyright ordfeminine ordmasculine guillemotleft guillemotright guilsinglleft guilsinglright registered degree plusminus mu paragraph periodcentered questiondown multiply divide minus endash emdash quoteleft quoteright quotesinglbase quotedblleft quotedblright quotedblbase dagger daggerdbl bullet ellipsis perthousand fraction trademark numero onehalf onequarter threequarters onesuperior twosuperior threesuperior",
    "0123456789 !\"#$%&'()*+,-./:;<=>?@[\\]^_{|}~¡¢£¥€ƒ§©ªº«»‹›®°±µ¶·¿×÷−–—‘’‚“”„†‡•…‰/™№½¼¾¹²³",
  ),
  ...inOrder(
    "AE ae OE oe Oslash oslash Lslash lslash Dcroat dcroat Hbar hbar Tbar tbar Eth eth Thorn thorn Eng eng germandbls dotlessi dotlessj kgreenlandic longs Schwa schwa",
    "ÆæŒœØøŁłĐđĦħŦŧÐðÞþŊŋßıȷĸſƏə",
  ),
  ...inOrder(
    "Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu Nu Xi Omicron Pi Rho Sigma Tau Upsilon Phi Chi Psi Omega",
    "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ",
  ),
  ...inOrder(
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda nu xi omicron pi rho sigma sigma1 tau upsilon phi chi psi omega",
    "αβγδεζηθικλνξοπρσςτυφχψω",
  ),
  ...inOrder("fi fl ff ffi ffl", ["fi", "fl", "ff", "ffi", "ffl"]),
};

const accents = inOrder(
  "grave acute circumflex tilde macron breve dotaccent dieresis ring hungarumlaut caron cedilla commaaccent ogonek tonos",
  "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0327\u0326\u0328\u0301",
);
const accented = new RegExp(`^(.+?)(${Object.keys(accents).join("|")})$`);
/** Adobe's numbers of the Cyrillic letters, from А on; Ё has its place behind Е. */
const cyrillic = /^afii100(\d\d)$/;
const [firstCapital, firstSmall, cyrillicLetters] = [17, 65, "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"];
/** No name of a glyph is longer. */
const longestName = 63;

function inOrder(names: string, letters: string | readonly string[]): Record<string, string> {
  const all = Array.from(letters);
  return Object.fromEntries(names.split(" ").map((name, i) => [name, all[i]!]));
}

/** What a glyph of this name says; null for a name that says no letters: a number, or a picture's. */
export function lettersOfName(name: string): string | null {
  if (name.length > longestName) return null;
  const [base] = name.split(".", 1);
  if (base === undefined || base === "") return null;
  const letters = base.split("_").map(letterOf);
  return letters.includes(null) ? null : letters.join("");
}

function letterOf(name: string): string | null {
  if (/^[A-Za-z]$/.test(name)) return name;
  if (Object.hasOwn(named, name)) return named[name]!;
  const numbered = /^uni((?:[\dA-F]{4})+)$|^u([\dA-F]{4,6})$/.exec(name);
  if (numbered) return lettersOfNumbers(numbered[1]?.match(/.{4}/g) ?? [numbered[2]!]);
  const [, letter, accent] = accented.exec(name) ?? [];
  if (letter !== undefined) {
    const plain = letterOf(letter);
    return plain === null ? null : (plain + accents[accent!]!).normalize("NFC");
  }
  const place = Number(cyrillic.exec(name)?.[1]);
  return cyrillicLetters[place - firstCapital] ?? cyrillicLetters[place - firstSmall]?.toLowerCase() ?? null;
}

function lettersOfNumbers(numbers: readonly string[]): string | null {
  const codes = numbers.map((number) => Number.parseInt(number, 16));
  return codes.every((code) => code <= 0x10ffff && (code < 0xd800 || code > 0xdfff))
    ? String.fromCodePoint(...codes)
    : null;
}
