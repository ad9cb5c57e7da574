/**
 * Words that may be missing from what ferris reads, and why. Whatever is not listed here is a loss.
 *
 * A rule holds for some formats, and says of a word whether it is the case; `files` narrows it to the documents that it was seen in,
 * where no rule could tell.
 */

const office = ["docx", "xlsx", "pptx", "odt", "ods", "odp", "rtf", "doc", "xls", "ppt"];

/** @type {{ formats: string[]; reason: string; test: (about: any) => boolean }[]} */
const rules = [
  {
    formats: office,
    reason: "in a file with a password, which is named as such",
    test: ({ error }) => error?.reason === "encrypted",
  },
  {
    formats: ["xls", "doc"],
    reason: "in a file of Office 95 or older, which is named as such",
    test: ({ error }) => /Excel 95|Word 95|Word 6|older/.test(error?.message ?? ""),
  },
  {
    formats: ["xlsx", "xls", "ods"],
    reason: "an error that LibreOffice gets where it calculates again (#NAME?)",
    test: ({ word }) => /^(?:NAME|REF|VALUE|DIV|Err)$/.test(word),
  },
  {
    formats: ["xlsx", "xls", "ods"],
    reason:
      "a number in all of its digits, or the day zero of LibreOffice's calendar: cells are read as the sheet shows them",
    test: ({ word }) => /^\d{13,}$|^1899$/.test(word),
  },
  {
    formats: ["rtf", "doc"],
    reason: "a sign of a font of symbols (an arrow, ®), which LibreOffice writes as the letter in its place",
    test: ({ word }) => /[à-ÿÀ-Þ]$/.test(word),
  },
  {
    formats: ["html"],
    reason: 'menus and footers of a page (Sphinx, AsciiDoc): navigation, "Created using", "Last updated"',
    test: ({ word, source }) => isInFurniture(word, source),
  },
  {
    formats: ["xls"],
    reason: "menus of a page of GitHub that was saved as .xls",
    test: ({ file }) => /corrupted_error/.test(file),
  },
  {
    formats: ["org"],
    reason: "a heading's tag, which pandoc writes in capitals",
    test: ({ word, source }) => source().includes(`:${word.toLowerCase()}:`),
  },
  {
    formats: ["ipynb"],
    reason: "a traceback above the error: the error itself is read",
    test: ({ word, source }) => isOnlyIn(word, source, /"traceback": \[[^]*?\n\s*\]/g),
  },
  {
    formats: ["tex"],
    reason: "before \\begin{document} or in a definition: commands, not text",
    test: ({ word, source }) =>
      isOnlyIn(word, source, /^[^]*?\\begin\{document\}|^\s*\\(?:new|renew|provide)?(?:command|environment)\b.*$/gm),
  },
  {
    formats: ["tex"],
    reason: "the number of a sign or a length in a command (\\symbol{…}, \\char…)",
    test: ({ word }) => /^\d+$/.test(word),
  },
  {
    formats: ["vtt"],
    reason: "the name of a cue (the line above its times), a note, a style: nothing of it is shown",
    test: ({ word, source }) =>
      isOnlyIn(word, source, /^[^\n]*\r?\n(?=[\d:.]+ --> )|^(?:NOTE|STYLE|REGION)\b[^]*?(?:\r?\n){2}/gm),
  },
  {
    formats: ["rst"],
    reason: "a heading that pandoc makes up for a directive (Tip, Note, Warning), or a formula that it writes anew",
    test: ({ word }) => /^(?:Tip|Note|Warning|Hint|Important|Caution|Danger|Attention|aligned|begin|end)$/.test(word),
  },
  {
    formats: ["pdf"],
    reason:
      "letters of a formula with raised and lowered signs between them, which pdftotext puts together in another order",
    test: ({ word, file }) => /crc-doc/.test(file) && word.length <= 5,
  },
  {
    formats: ["pdf"],
    reason: "choices of a list in a form that nobody has chosen",
    test: ({ word, file }) => /FormTest/.test(file) && /^(?:Liste3|Lst\d)$/.test(word),
  },
];

/** The reason, or null where there is none. `error` is what ferris says of a file that it does not read. */
export function whyMayBeMissing({ file, format, word, error, read }) {
  const source = () => read().toString("utf8");
  const rule = rules.find(({ formats, test }) => formats.includes(format) && test({ file, word, error, source }));
  return rule?.reason ?? null;
}

/** Sphinx's own words beside each page. */
const besidePages = /^(?:Navigation|index|Manual|Table|Contents|Previous|topic|Next|Page|Source|Quick|Created|Sphinx)$/;

function isInFurniture(word, source) {
  const page = source();
  if (/sphinx/i.test(page) && besidePages.test(word)) return true;
  return isOnlyIn(word, source, /<nav\b[^]*?<\/nav>|<div id="footer[^]*$|<footer\b[^]*?<\/footer>/gi);
}

/** Whether a word stands in what `pattern` matches, and nowhere else. */
function isOnlyIn(word, source, pattern) {
  return !source().replace(pattern, " ").includes(word);
}
