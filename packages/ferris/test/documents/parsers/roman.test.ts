/** Roman numerals, also past 39, where OpenDocument's own had "xlx" for 50. */
import { expect, test } from "vitest";
import { roman } from "../../../src/documents/parsers/roman.ts";

test.each([
  [1, "i"],
  [4, "iv"],
  [39, "xxxix"],
  [40, "xl"],
  [50, "l"],
  [51, "li"],
  [1994, "mcmxciv"],
  [3999, "mmmcmxcix"],
  [4000, "4000"],
  [0, "0"],
])("%i is %s", (number, written) => expect(roman(number)).toBe(written));
