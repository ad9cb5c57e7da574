/** Citations in the forms that models write, told from code; and answers that say that the documents do not answer. */
import { expect, test } from "vitest";
import { readCitations } from "../../src/answer/citations.ts";

test.each<[string, number, number[], number[]]>([
  ["It is so [2], and [1, 3]. Again [2]. Not [7], not [x].", 3, [2, 1, 3], [7]],
  ["A [1-3].", 4, [1, 2, 3], []],
  ["A [1–3], B [2; 4], C [1 and 2].", 4, [1, 2, 3, 4], []],
  ["C 【2】, D 【3†source】.", 3, [2, 3], []],
  ["D (passage 2). According to passages 1 and 3, it is.", 3, [2, 1, 3], []],
  ["E [^1]. F [passage 2]. G [[3]].", 3, [1, 2, 3], []],
  ["F [Source: 2], [Passage 3, lines 4-9].", 3, [2, 3], []],
  ["At word[2].", 3, [2], []],
  ["Both [1][3].", 3, [1, 3], []],
  ["array[0], argv[9] and x[12] = 3", 3, [], []],
  ["Use `argv[2]` and\n```\nx[1]\n```\n", 3, [], []],
  ["An open fence\n```js\nx[1]", 3, [], []],
  ["A link [1](https://example.com).", 1, [1], []],
  ["In the year [2024].", 3, [], []],
  ["Far [1-90].", 2, [1, 2], Array.from({ length: 88 }, (_, i) => i + 3)],
])("%s", (answer, passages, cited, unknown) => {
  expect(readCitations(answer, passages)).toMatchObject({ cited, unknown });
});

test.each<[string, boolean]>([
  ["Run deployctl rollback [1].", true],
  ["Run deployctl rollback.", true],
  ["The documents do not answer this.", false],
  ["The passages say nothing of it [0].", false],
  ["Die Dokumente beantworten das nicht.", false],
  ["Les documents ne répondent pas à cette question.", false],
  ["Los documentos no responden a esto.", false],
  ["В документах нет ответа на этот вопрос.", false],
  ["文档中没有答案。", false],
  ["文書には答えがありません。", false],
  [
    "Passage 1 covers rollback [1]. The documents do not answer this for the second part, but the first is deployctl [1].",
    true,
  ],
])("%s is an answer: %s", (answer, answered) => {
  expect(readCitations(answer, 3).answered).toBe(answered);
});
