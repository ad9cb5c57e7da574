/** Formulas of Equation Editor 3 and MathType, record by record, on one line. */
import { processorTime } from "@ferris/testing";
import { describe, expect, test } from "vitest";
import { textOfEquation } from "../../../src/documents/parsers/math/mtef.ts";
import { characters, equation, line, newer, older, nothing } from "../support/mtef.ts";
import { randomFrom } from "../support/random-documents.ts";

const { text, template } = older;

describe("Equation Editor 3", () => {
  test.each<[string, number[], string]>([
    ["a line", line(text("E=mc"), template(15, 0, nothing, line(text("2")))), "E=mc^2"],
    ["a fraction", line(text("h="), template(14, 0, line(text("a+b")), line(text("2")))), "h=(a+b)/2"],
    ["roots", line(template(13, 0, line(text("x+1"))), template(13, 1, line(text("y")), line(text("3")))), "√(x+1)∛y"],
    ["below and above", line(text("x"), template(15, 2, line(text("i")), line(text("n")))), "x_i^n"],
    ["below alone", line(text("x"), template(15, 1, line(text("12")), nothing)), "x_12"],
    [
      "a sum with limits",
      line(template(29, 1, line(text("k")), line(text("k=1")), line(text("n")), text("∑"))),
      "∑_(k=1)^n k",
    ],
    [
      "an integral without its sign",
      line(template(21, 2, line(text("f(x)dx")), line(text("0")), line(text("∞")))),
      "∫_0^∞ f(x)dx",
    ],
    ["parentheses", line(text("f"), template(1, 0, line(text("a,b")), text("("), text(")"))), "f(a,b)"],
    ["one brace", line(template(2, 1, line(text("x")), text("{"))), "{x"],
    ["a limit", line(template(39, 1, line(text("lim")), line(text("x→0")))), "lim_(x→0)"],
    ["names of functions", line(older.text("sin", 2), older.text("x", 3)), "sin x"],
    ["embellishments", line([0x22, 131, 0x78, 0, 6, 11, 0]), "x⃗"],
    ["lines one below another", [4, 1, 1, ...line(text("a=1")), ...line(text("b=2")), 0], "a=1\nb=2"],
    [
      "a matrix",
      line([5, 1, 1, 1, 2, 2, 0, 0, ...["1", "2", "3", "4"].flatMap((cell) => line(text(cell))), 0]),
      "[1, 2; 3, 4]",
    ],
    ["fonts, sizes and nudges", [10, 8, 1, 0, 0x41, 0, 0x81, 129, 127, 9, 12, 0, ...text("q"), 0], "q"],
    ["tabs", [0x21, 7, 1, 0, 5, 0, ...text("t"), 0], "t"],
    ["signs of its own", line(text("a\u{eb04}≤\u{eb01}b")), "a ≤b"],
  ])("%s", (_, records, expected) => {
    expect(textOfEquation(equation(3, records))).toBe(expected);
  });
});

test("the version before, whose Greek is by its place in a font", () => {
  expect(textOfEquation(equation(2, line([2, 132, 0x61], [2, 134, 0x3d], [2, 131, 0x31])))).toBe("α=1");
});

describe("MathType", () => {
  const { text: letters, template: box } = newer;
  test.each<[string, number[], string]>([
    [
      "definitions before the formula",
      // An encoding, a font in it, preferences of two sizes (12 and 5.8), none of spaces, and two styles; a comment.
      [
        19,
        ...characters("WinAllBasic"),
        17,
        1,
        ...characters("Times"),
        18,
        0,
        2,
        0x21,
        0x2f,
        0x25,
        0xa8,
        0xf0,
        0,
        2,
        1,
        0,
        0,
      ]
        .concat([102, 2, 7, 7])
        .concat(newer.line(letters("P=UI"))),
      "P=UI",
    ],
    ["a fraction", newer.line(box(11, 0, newer.line(letters("a")), newer.line(letters("b+1")))), "a/(b+1)"],
    ["above alone", newer.line(letters("x"), box(28, 0, newer.nothing, newer.line(letters("2")))), "x^2"],
    [
      "a sum with limits",
      newer.line(
        box(16, 0x70, newer.line(letters("k")), newer.line(letters("k=1")), newer.line(letters("n")), letters("∑")),
      ),
      "∑_(k=1)^n k",
    ],
    ["one of two fences", newer.line(box(2, 1, newer.line(letters("x")), letters("{"))), "{x"],
    [
      "a long variation",
      newer.line([3, 0, 15, 0x90, 2, 0, ...newer.line(letters("x")), ...newer.nothing, ...newer.nothing, 0]),
      "∫ x",
    ],
    ["characters with a place in their font", newer.line([2, 4, 131, 0xb1, 3, 97, 2, 0, 131, 0x3d, 0]), "α="],
  ])("%s", (_, records, expected) => {
    expect(textOfEquation(equation(5, records))).toBe(expected);
  });
});

test("what is no formula, or is of a version that is not known, is null", () => {
  for (const bytes of [[], [3], [9, 1, 1, 3, 10, 1, 2, 131, 65, 0, 0, 0]])
    expect(textOfEquation(Uint8Array.from(bytes))).toBeNull();
  expect(textOfEquation(equation(5, [77, 0, 0]))).toBeNull();
  expect(textOfEquation(equation(3, [0, 0, 0]))).toBe("");
});

test("damaged formulas end", () => {
  const whole = equation(
    5,
    newer.line(newer.text("a=b"), newer.template(11, 0, newer.line(newer.text("c")), newer.line(newer.text("d")))),
  );
  const random = randomFrom(5);
  const started = processorTime();
  for (let attempt = 0; attempt < 20_000; attempt++) {
    const bytes = Uint8Array.from(
      whole.subarray(0, attempt % 2 === 0 ? Math.floor(random() * whole.length) : undefined),
    );
    for (let change = 0; change < 4; change++)
      bytes[28 + Math.floor(random() * (bytes.length - 28))] = Math.floor(random() * 256);
    textOfEquation(bytes);
  }
  // Templates in templates, and a matrix that says it has more cells than the file has bytes.
  textOfEquation(equation(3, Array.from({ length: 100_000 }, () => [3, 14, 0, 0]).flat()));
  textOfEquation(equation(3, [5, 0, 0, 0, 255, 255]));
  // Characters among another's marks, without an end.
  textOfEquation(equation(3, Array.from({ length: 60_000 }, () => [0x22, 131, 97, 0]).flat()));
  expect(processorTime() - started).toBeLessThan(10_000);
});
