/** From bytes to text: UTF-8, UTF-16 with a byte-order mark, and the reason where it is neither. */
import { describe, expect, test } from "vitest";
import { decodeText } from "../../src/documents/decode.ts";
import { Positions } from "../../src/documents/positions.ts";
import type { DocumentError } from "../../src/errors.ts";

function failure(bytes: Uint8Array): DocumentError {
  try {
    decodeText(bytes);
  } catch (error) {
    return error as DocumentError;
  }
  throw new Error("no error");
}

describe("decodeText", () => {
  test("UTF-8, with and without a byte-order mark", () => {
    expect(decodeText(Buffer.from("größe 😀"))).toEqual({
      content: "größe 😀",
      encoding: { name: "utf-8", byteOrderMarkBytes: 0 },
    });
    expect(decodeText(Buffer.from("\ufeffa"))).toEqual({
      content: "a",
      encoding: { name: "utf-8", byteOrderMarkBytes: 3 },
    });
  });

  test("UTF-16 with a byte-order mark, both ways round", () => {
    const little = Buffer.from("\ufeffgrün 😀", "utf16le");
    expect(decodeText(little).content).toBe("grün 😀");
    const big = Buffer.from(little).swap16();
    expect(decodeText(big)).toEqual({ content: "grün 😀", encoding: { name: "utf-16be", byteOrderMarkBytes: 2 } });
    expect(failure(Buffer.concat([little, Buffer.from([0x41])]))).toMatchObject({ reason: "encoding" });
  });

  test("anything else is refused, with the byte, its offset, its line and what to do", () => {
    const error = failure(Buffer.from("eins\nzwei gr\xfcn", "latin1"));
    expect(error.reason).toBe("encoding");
    expect(error.message).toBe(
      "not UTF-8: byte 0xFC at offset 12, line 2. Convert it, for instance with iconv -f WINDOWS-1252 -t UTF-8",
    );
    expect(failure(Buffer.from("an unfinished \xf0\x9f\x98", "latin1")).message).toContain("byte 0xF0 at offset 14");
    expect(failure(Buffer.from("overlong \xc0\xaf", "latin1")).message).toContain("offset 9");
    expect(failure(Buffer.from("a surrogate \xed\xa0\x80", "latin1")).message).toContain("offset 12");
    expect(failure(Buffer.from("GIF89a\0\x01")).reason).toBe("binary");
  });
});

describe("Positions", () => {
  test("lines and bytes of a file with characters of every width", () => {
    const content = "aé€😀\r\nx\n\nlast";
    const file = Buffer.from(content);
    const positions = new Positions(content, { name: "utf-8", byteOrderMarkBytes: 0 });
    // Every offset that does not stand inside a surrogate pair.
    for (const at of [0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 14, 1]) {
      const byte = positions.byteAt(at)!;
      expect(file.subarray(0, byte).toString()).toBe(content.slice(0, at));
      expect(positions.lineAt(at)).toBe(content.slice(0, at).split("\n").length);
    }
  });

  test("UTF-16 files count two bytes a unit after the mark; extracted text has no bytes", () => {
    expect(new Positions("abc", { name: "utf-16le", byteOrderMarkBytes: 2 }).byteAt(2)).toBe(6);
    expect(new Positions("abc", null).byteAt(2)).toBeNull();
  });
});
