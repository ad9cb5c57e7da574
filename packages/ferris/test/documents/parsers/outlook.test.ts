/** Outlook's messages (.msg) whose container is not what it says. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseDocument } from "../../../src/documents/parse/parse.ts";

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
