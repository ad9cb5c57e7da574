/** What control words of RTF mean for the words of the document. */

/** Destinations without words of the document. */
export const passedOver = new Set(
  "colortbl abiframeprops shprslt nonshppict xe tc rxe listname listlevel leveltext levelnumbers lfolevel themedata colorschememapping latentstyles datastore listtable listoverridetable rsidtbl revtbl generator filetbl pgptbl private nonesttables ftnsep ftnsepc aftnsep aftnsepc bkmkstart bkmkend mmathPict atnid atnauthor atndate atnref atntime atnicn".split(
    " ",
  ),
);
/** Destinations that are marked as passable and hold words all the same. */
export const passableWithWords = new Set([
  "shpinst",
  "shppict",
  "picprop",
  "shptxt",
  "do",
  "dptxbxtext",
  "annotation",
  "nestcell",
  "txfieldtext",
  "formfield",
  "ffl",
  "ud",
]);

/** Properties of drawings that are words: of word art, and what a picture shows. */
export const wordsOfDrawings = new Set(["gtextUNICODE", "wzDescription"]);

export const characters: Readonly<Record<string, string>> = {
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
  nestcell: " ",
  nestrow: " ",
};

/** Headers and footers of pages. */
export const isPageEdge = (name: string): boolean => /^(?:header|footer)[lrf]?$/.test(name);
