/** What Word's EQ fields draw, on one line. */
import { expect, test } from "vitest";
import { textOfEquationField } from "../../../src/documents/parsers/office/equation-field.ts";

test.each([
  [String.raw`EQ \f(1,2)`, "1/2"],
  [String.raw` eq \f(a+b,2c)`, "(a+b)/(2c)"],
  [String.raw`EQ x = \f(-b \b(\r(,b\s\up8(2) - 4ac)), 2a)`, "x = (-b (√(b^2 - 4ac)))/(2a)"],
  [String.raw`EQ \r(3,x)`, "∛x"],
  [String.raw`EQ \i \su(1,5,3)`, "∑_1^5 3"],
  [String.raw`EQ \i(0;1,5;f(x) dx)`, "∫_0^1,5 f(x) dx"],
  [String.raw`EQ H\s\do5(2)O`, "H_2O"],
  [String.raw`EQ \b\bc\{(\r(3,x))`, "{∛x}"],
  [String.raw`EQ \b\lc\{\rc\](a)`, "{a]"],
  [String.raw`EQ \a\al\co2\vs3\hs3(Axy,Bxy,A,B)`, "(Axy, Bxy, A, B)"],
  [String.raw`EQ \x\to\bo(5)`, "5"],
  [String.raw`EQ \l(A\,B,C) \d\fo10()end`, "A,B, C end"],
  [String.raw`EQ \o(a,/)`, "a/"],
  [String.raw`EQ \* jc2 \* "Font:MS Mincho" \* hps10 \o\ad(\s\up 9(とうきょう),東京)`, "東京"],
  [String.raw`EQ \* jc2 \* "Font:MS Mincho" \* hps10 \f(東,京)`, "東/京"],
  [String.raw`EQ \f(1`, "1/"],
  [String.raw`EQUATION 3`, ""],
  [String.raw`PAGE \* MERGEFORMAT`, ""],
])("%s", (instruction, expected) => {
  expect(textOfEquationField(instruction)).toBe(expected);
});

test("fields within fields end", () => {
  for (const part of ["\\f(", "\\s\\up(", "\\b\\lc\\", "\\*"])
    expect(textOfEquationField(`EQ ${part.repeat(200)}`).length).toBeLessThan(1_000);
});
