/** Outlook's messages (.msg) whose container is not what it says. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { compoundFile } from "../support/compound-file.ts";
import { outline } from "../support/outline.ts";

test("an Outlook message whose sectors and folders turn back on themselves ends, with what is left of it", async () => {
  const whole = readFileSync(new URL("../../fixtures/mail/outer.msg", import.meta.url));
  const at = (sector: number) => (sector + 1) * 512;
  const [table, directory] = [whole.readUInt32LE(76), whole.readUInt32LE(48)];
  const rootStart = whole.readUInt32LE(at(directory) + 116);
  const turnedBack = [directory, rootStart, whole.readUInt32LE(60)].map((sector) => {
    const bytes = Buffer.from(whole);
    bytes.writeUInt32LE(sector, at(table) + 4 * sector);
    return bytes;
  });
  // An entry that stands beside itself, and one that is inside of itself.
  for (const field of [68, 72, 76]) {
    for (let entry = 1; entry < 4; entry++) {
      const bytes = Buffer.from(whole);
      bytes.writeUInt32LE(entry, at(directory) + 128 * entry + field);
      turnedBack.push(bytes);
    }
  }
  for (const bytes of turnedBack) {
    const outcome = await parseDocument("/a.msg", bytes).catch((error: { reason?: string }) => error.reason);
    expect(typeof outcome === "string" ? outcome : outcome?.type).toMatch(/^(?:outlook|damaged|no text)$/);
  }
});

const utf16 = (text: string) => Buffer.from(text, "utf16le");
/** As messages pack their RTF, with every byte as it is: eight after each byte of marks. */
function packed(rtf: string): Buffer {
  const bytes = Buffer.from(rtf, "latin1");
  const runs: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 8) runs.push(Buffer.from([0]), bytes.subarray(at, at + 8));
  const body = Buffer.concat(runs);
  const head = Buffer.alloc(16);
  head.writeUInt32LE(body.length + 12, 0);
  head.writeUInt32LE(bytes.length, 4);
  head.write("LZFu", 8, "latin1");
  return Buffer.concat([head, body]);
}

/** A message that has its text in RTF alone. */
const messageOf = (rtf: string) =>
  compoundFile({
    "__properties_version1.0": new Uint8Array(32),
    "__substg1.0_001A001F": utf16("IPM.Note"),
    "__substg1.0_0037001F": utf16("Berths"),
    "__substg1.0_10090102": packed(rtf),
  });

test("a message whose text is in RTF alone", async () => {
  const document = await parseDocument(
    "/a.msg",
    messageOf("{\\rtf1\\ansi\\ansicpg1252 The caf\\'e9 opens.\\par At nine.}"),
  );
  expect(outline(document)).toEqual([
    "heading [Berths] Berths",
    "prose [Berths] The café opens.",
    "prose [Berths] At nine.",
  ]);
});

test("a message whose RTF holds its HTML: tables and letters of several sets, nothing twice", async () => {
  const rtf = String.raw`{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0\fswiss Arial;}{\f1\fswiss\fcharset204 Arial Cyr;}}{\colortbl\red0\green0\blue0;}{\*\generator Outlook;}
{\*\htmltag64 <h2>}\htmlrtf \b \htmlrtf0 Harbour{\*\htmltag72 </h2>}\htmlrtf \b0\par \htmlrtf0
{\*\htmltag64 <table><tr><th>}Berth{\*\htmltag72 </th>}\htmlrtf\cell\htmlrtf0 {\*\htmltag64 <th>}Ship{\*\htmltag72 </th></tr>}
{\*\htmltag64 <tr><td>}7{\*\htmltag72 </td><td>}\htmlrtf{\htmlrtf0\f1 \'c0\'e2\'f0\'ee\'f0\'e0\htmlrtf}\htmlrtf0{\*\htmltag84 &amp;}\u8364?{\*\htmltag72 </td></tr></table>}
{\*\htmltag84 &nbsp;}\htmlrtf\'a0\htmlrtf0 {\*\mhtmltag84 <img>}\{end\}}`;
  expect(outline(await parseDocument("/a.msg", messageOf(rtf)))).toEqual([
    "heading [Berths] Berths",
    "heading [Berths > Harbour] Harbour",
    "table [Berths > Harbour] Berth: 7; Ship: Аврора&€",
    "prose [Berths > Harbour] {end}",
  ]);
});

test("a long run of bytes above ASCII in HTML that RTF holds", async () => {
  const rtf = String.raw`{\rtf1\ansi\ansicpg1252\fromhtml1 {\*\htmltag64 <p>}` + "\u00e9".repeat(300_000) + " fin}";
  const { content } = await parseDocument("/long.rtf", Buffer.from(rtf, "latin1"));
  expect(content.replaceAll(/\s/g, "")).toBe(`${"é".repeat(300_000)}fin`);
});
