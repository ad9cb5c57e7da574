/** Mail that programs write wrongly, or in sets that are rare: what its header says is not always what its body is. */
import { expect, test } from "vitest";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { outline } from "../support/outline.ts";

/** The blocks of a message that is made here, but for its people. */
async function readMade(message: string | Buffer): Promise<string[]> {
  const document = await parseDocument("/made.eml", typeof message === "string" ? Buffer.from(message) : message);
  expect(document.warnings).toEqual([]);
  return outline(document).filter((block) => !block.startsWith("metadata"));
}

const headers = "From: a@example.org\nTo: b@example.org\nMIME-Version: 1.0\n";

// TextDecoder knows none of these, or not all of it.
test.each([
  ["iso-2022-kr", "GyQpQw4/KTA0PDFAOg8gDj8pPDgPIA49Qz8hDyAOQ2I5X0dVNE80WQ8uCg==", "여객선은 여섯 시에 출발합니다."],
  ["hz-gb-2312", "fns2SUJWQXk1YzN2NyIhI359Cg==", "渡轮六点出发。"],
  ["ks_c_5601-1987", "jGO55rCix8+0wiC/qby4IL3Dv6Egw+K538fVtM+02S4K", "똠방각하는 여섯 시에 출발합니다."],
  ["cp850", "RGllIEaEaHJlIGaEaHJ0IGZygWguCg==", "Die Fähre fährt früh."],
  ["x-mac-ce", "UN6SbGnkIOxsdelvdYtr+SBr88sK", "Příliš žluťoučký kůň"],
  ["ISO-8859-16", "qmFzZSC6aSBqdW3jdGF0ZSwgbGEg/uNybQo=", "Șase și jumătate, la țărm"],
])("a declared set: %s, in Base64 and as it is", async (charset, base64, text) => {
  const part = `${headers}Subject: Set\nContent-Type: text/plain; charset=${charset}\n`;
  const expected = ["heading [Set] Set", `prose [Set] ${text}`];
  expect(await readMade(`${part}Content-Transfer-Encoding: base64\n\n${base64.replace(/(.{10})/g, "$1\n")}\n`)).toEqual(
    expected,
  );
  expect(await readMade(Buffer.concat([Buffer.from(`${part}\n`), Buffer.from(base64, "base64")]))).toEqual(expected);
});

test("lines of words in the place of Base64: a wrong header, and what a mailing list puts below", async () => {
  const part = `${headers}Subject: Code\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n`;
  expect(await readMade(`${part}The ferry leaves at six.\nBring a rope, please.\n`)).toEqual([
    "heading [Code] Code",
    "prose [Code] The ferry leaves at six.\nBring a rope, please.",
  ]);
  const base64 = Buffer.from("The ferry leaves at six.\n").toString("base64");
  const footer = "_______________________________________________\nHarbour mailing list\nharbour@lists.example.org\n";
  expect(await readMade(`${part}${base64}\n${footer}`)).toEqual([
    "heading [Code] Code",
    `prose [Code] The ferry leaves at six.\n${footer.trim()}`,
  ]);
});

test("headers that a report brings under another name", async () => {
  const report = `${headers}Subject: Failed\nContent-Type: multipart/report; boundary=b\n\n--b\n\nNot delivered.\n--b\nContent-Type: message/rfc822-headers\n\nSubject: Ropes for sale\n--b--\n`;
  expect(await readMade(report)).toEqual([
    "heading [Failed] Failed",
    "prose [Failed] Not delivered.",
    "prose [Failed] Subject: Ropes for sale",
  ]);
});

test("a message without an extension whose servers wrote more than is looked at", async () => {
  const filter = `X-Filter: ${"=?us-ascii?q?A0C0kgB4e0RjYQqF5JhaGgEBAQEBKwEBAQE?=\n ".repeat(90)}x\n`;
  const text = `Received: from a by b; Mon, 10 Oct 2022 15:11:35 -0500\nReceived-SPF: None\n${filter}${headers}Subject: Far down\n\nText.\n`;
  expect((await parseDocument("/cur/mail_17", Buffer.from(text))).type).toBe("email");
});
