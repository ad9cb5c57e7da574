/** Documents of every format, and queries that nobody should type: what the tests that nothing throws are made of. */
import { cpSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { randomFrom, randomMarkdown } from "../../documents/support/random-documents.ts";
import { randomCsv, randomHtml } from "../../documents/support/random-sources.ts";

const fixtures = fileURLToPath(new URL("../../fixtures", import.meta.url));
const shared = fileURLToPath(new URL("../fixtures/shared-lines", import.meta.url));

/**
 * The fixtures of every format and random documents, the same for a seed.
 *
 * @param share 3: every third fixture alone
 */
export function writeAnyDocuments(files: string, seed = 7, share = 1): void {
  const numberOf = (path: string): number =>
    Buffer.from(path.slice(fixtures.length)).reduce((sum, byte) => sum + byte, 0);
  const isWanted = (path: string): boolean => statSync(path).isDirectory() || numberOf(path) % share === 0;
  cpSync(fixtures, join(files, "fixtures"), { recursive: true, filter: isWanted });
  cpSync(shared, join(files, "shared"), { recursive: true });
  mkdirSync(join(files, "random"));
  const random = randomFrom(seed);
  for (let i = 0; i < 6; i++) {
    writeFileSync(join(files, "random", `m${i}.md`), randomMarkdown(random));
    writeFileSync(join(files, "random", `h${i}.html`), randomHtml(random));
    writeFileSync(join(files, "random", `c${i}.csv`), randomCsv(random));
    writeFileSync(join(files, "random", `j${i}.jsonl`), `{"a": "w${i} \\n x", "b": [${i}, null]}\n`.repeat(i + 1));
  }
  writeFileSync(
    join(files, "random", "Ünïcode – 東京 (1).txt"),
    "ﬁne office ＦＥＲＲＹ e\u0301 ß ё \u200bword 👩‍👩‍👧 สวัสดีครับ مُحَمَّد 東京都の天気 바다\n",
  );
}

export const hostile = [
  '"',
  '""',
  '" "',
  '"unclosed',
  "*",
  "**",
  "-",
  "--",
  "-a",
  "-abc",
  '-"',
  '-"x y"',
  "()",
  "(a OR b) AND NOT c",
  "NEAR(a b, 2)",
  "a AND",
  "NOT",
  "^a",
  "a:b",
  "text:x",
  "heading_path : a",
  "name:x",
  "{a b}: c",
  "a + b",
  "'; DROP TABLE chunks; --",
  "\0",
  "a\0b",
  '"\0"',
  "\\",
  "%",
  "_",
  "\u{FFFFD}",
  "\uD800",
  "😀",
  "👩‍👩‍👧 🇩🇪",
  "\u200b",
  "\u00ad",
  "́",
  "ﬁ",
  "東京都 の 天気",
  "สวัสดีครับ",
  "مُحَمَّد",
  "바다",
  "ё ß İ",
  "path:",
  "path:[",
  'path:"**/["',
  "path:!(",
  "path:**/*.md w1",
  "-path:** w1",
  "type:pdf w1",
  "type:nonsense",
  "since:1d w1",
  "since:99999999999y w1",
  "tag:x w1",
  "date:2025 w1",
  "-tag:x w1",
  'w1 -w2 "w3" w4* path:*.html',
  "a*",
  "w*",
  "*a",
  "1.0.21",
  "v1.2.3-rc.1",
  "a/b/c.md",
  "../../etc/passwd",
  "file.md README",
  "C++ C# #tag --x -l",
  "e.g. i.e.",
  "getUserNameFromToken",
  "proc->kp_proc.p_stat",
  "😀*",
  '"東京"*',
  "x".repeat(1_000_000),
  "w1 ".repeat(60_000),
  '"a" '.repeat(3_000),
  "-abc ".repeat(3_000) + "w1",
  "東".repeat(5_000),
  "a.b".repeat(3_000),
  "((((((".repeat(2_000),
  "a* ".repeat(3_000),
] as const;

const parts = [
  "w1",
  "w2",
  "w17",
  "the",
  "cat",
  "über",
  "export",
  "comment",
  '"',
  "-",
  "*",
  "path:",
  "type:html",
  "tag:",
  ":",
  "(",
  ")",
  "OR",
  "東京",
  "数据",
  "1.0.21",
  "a_b.c",
  "👩‍👩‍👧",
  "e\u0301",
  " ",
  " ",
  " ",
  " ",
];

/** Words, signs and pieces of the query language in any order; may be blank. */
export function randomQuery(random: () => number): string {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  return Array.from({ length: 1 + Math.floor(random() * 10) }, () => pick(parts)).join(pick(["", " "]));
}
