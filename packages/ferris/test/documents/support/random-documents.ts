/** Documents made by a seeded generator: every shape that has to be cut, the ugly ones more often than in life. */
import { seededRandom } from "../../../src/map/random.ts";

/** Numbers in [0, 1), always the same for a seed. */
export const randomFrom = seededRandom;

export function randomMarkdown(random: () => number): string {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)];
  const many = (most: number, make: () => string, joint: string) =>
    Array.from({ length: 1 + Math.floor(random() * most) }, make).join(joint);
  const word = () =>
    pick([
      "the",
      "cat",
      "über",
      "naïve",
      "数据",
      "encoder",
      "x".repeat(40),
      "👩‍👩‍👧",
      "e\u0301\u0302",
      "a_b.c",
      "1.0.21",
      "—",
    ]);
  const sentence = () => `${many(30, word, pick([" ", "  "]))}${pick([". ", "! ", "。", "?\n"])}`;
  const paragraph = () => many(12, sentence, "");
  const blob = () => pick(["x", "漢字", "ab1", "👨‍👩‍👧‍👦"]).repeat(1 + Math.floor(random() * 400));
  const block = () =>
    pick([
      () => `${"#".repeat(1 + Math.floor(random() * 4))} ${many(8, word, " ")}`,
      paragraph,
      paragraph,
      () => `\`\`\`\n${many(20, () => `${"  ".repeat(Math.floor(random() * 4))}${many(8, word, " ")}`, "\n")}\n\`\`\``,
      () => many(12, () => `- ${sentence()}`, "\n"),
      () => `| a | b |\n|---|---|\n${many(20, () => `| ${word()} | ${word()} |`, "\n")}`,
      blob,
      () => "<!-- hidden -->",
      () => " \n\t\n\n",
    ])();
  const text = many(25, block, pick(["\n\n", "\n\n\n", "\r\n\r\n"]));
  return random() < 0.2 ? `---\ntitle: ${word()}\n---\n${text}` : text;
}
