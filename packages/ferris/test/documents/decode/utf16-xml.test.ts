/** XML in UTF-16 that has no mark: its first characters say so. */
import { expect, test } from "vitest";
import { decodeText } from "../../../src/documents/decode/decode.ts";

test.each(["<?xml version='1.0'?><a>\uf0fc 海</a>", '<?xml version="1.0" encoding="UTF-16"?><a>é</a>'])(
  "%s is told, whatever is in it",
  (xml) => {
    const little = Buffer.from(xml, "utf16le");
    expect(decodeText(little).content).toBe(xml);
    expect(decodeText(Buffer.from(little).swap16()).content).toBe(xml);
  },
);
