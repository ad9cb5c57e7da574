/** Signs that stand alone between words, in text that declares no character set: what is a letter in another set is not believed. */
import { expect, test } from "vitest";
import { decodeText } from "../../../src/documents/decode/decode.ts";
import { DocumentError } from "../../../src/errors.ts";

/** Null: declined. */
function readOf(bytes: Uint8Array): string | null {
  try {
    return decodeText(bytes).content;
  } catch (error) {
    if (error instanceof DocumentError && error.reason === "encoding") return null;
    throw error;
  }
}

// DOS and the Macintosh write è so; in KOI8-R both are signs to draw lines with.
test.each(["\x8a", "\x8f"])(
  "a crossing of lines that stands alone between words is a word of another set: %j",
  (byte) => {
    const mixed =
      "The number of the pump is on a plate above the valve, and the number of the valve is below it.\n" +
      "Using this number, the office finds which parts are associated with the pump.\n" +
      "Il numero della pompa da usare è scritto sulla targa\n";
    const bytes = Buffer.from(mixed.replaceAll("è", byte), "latin1");
    expect(readOf(bytes)).toBeNull();
  },
);

test("a quote that opens nothing is a word of another set", () => {
  // é in DOS's sets.
  const text =
    "  CADEIA               equivalente a -n CADEIA\n  -z CADEIA            o tamanho de CADEIA \x82 zero\n" +
    "  -s, --sysv      usa algoritmo de soma System V, usa blocos de 512 bytes\n";
  expect(readOf(Buffer.from(text, "latin1")) ?? "").not.toContain("‚");
});

test("tables drawn with lines, of DOS", () => {
  const bytes = Buffer.from(
    "Der K\x84se \xb3 f\x81nf Mark\n\xc4\xc4\xc5\xc4\xc4\nsch\x94n \xb3 f\x81r M\x84dchen\n",
    "latin1",
  );
  expect(readOf(bytes)).toBe("Der Käse │ fünf Mark\n──┼──\nschön │ für Mädchen\n");
});
