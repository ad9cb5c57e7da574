/** Lines of attached files are those of the message's own file, whatever they are packed in. */
import { expect, test } from "vitest";
import { parseDocument } from "../../../src/documents/parse/parse.ts";

/** Forty lines of a file, each with a word of its own: "word007". */
const words = Array.from({ length: 40 }, (_, index) => `word${String(index).padStart(3, "0")}`);

const kinds: Readonly<Record<string, { name: string; type: string; text: string }>> = {
  patch: {
    name: "fix.patch",
    type: "application/octet-stream",
    text: words.map((word) => `+ Grüße ${word};\n`).join(""),
  },
  "patch with CRLF": {
    name: "fix.diff",
    type: "text/x-patch",
    text: words.map((word) => `- the ${word};\r\n`).join(""),
  },
  page: { name: "page.html", type: "text/html", text: words.map((word) => `<p>About <b>${word}</b>\n and`).join("") },
  "page of no type": {
    name: "page.html",
    type: "application/octet-stream",
    text: words.map((word) => `<p>${word}\n`).join(""),
  },
  table: { name: "t.csv", type: "text/csv", text: `name,value\n${words.map((word) => `${word},"a\nb"\n`).join("")}` },
  notes: {
    name: "notes.md",
    type: "application/octet-stream",
    text: words.map((word) => `## ${word}\n\nText.\n`).join(""),
  },
  "bounced message": {
    name: "original.eml",
    type: "message/rfc822",
    text: `Subject: bounced\nFrom: a@example.org\n\n${words.map((word) => `The line of ${word}\n`).join("")}`,
  },
};

/** A body as it stands in the message, and where in it the byte at an offset of the file stands. */
interface Packed {
  readonly header: string;
  readonly body: string;
}

const packings: Readonly<Record<string, (text: string) => Packed>> = {
  "7bit": (text) => ({ header: "8bit", body: text }),
  base64: (text) => ({
    header: "base64",
    body: Buffer.from(text).toString("base64").replace(/.{76}/g, "$&\n"),
  }),
  "quoted-printable": (text) => ({
    header: "quoted-printable",
    body: text.replace(/[=\u{80}-\u{10ffff}]/gu, (character) =>
      [...Buffer.from(character)].map((byte) => `=${byte.toString(16).toUpperCase()}`).join(""),
    ),
  }),
};

const cases = Object.keys(kinds).flatMap((kind) => Object.keys(packings).map((packing) => [kind, packing] as const));

test.each(cases)("a %s in %s", async (kind, packing) => {
  const { name, type, text } = kinds[kind]!;
  const { header, body } = packings[packing]!(text);
  const head = [
    "From: a@example.org",
    "Subject: what is attached",
    'Content-Type: multipart/mixed; boundary="=_b"',
    "",
    "--=_b",
    "Content-Type: text/plain",
    "",
    "See below.",
    "--=_b",
    `Content-Type: ${type}; name="${name}"; charset=utf-8`,
    `Content-Transfer-Encoding: ${header}`,
    `Content-Disposition: attachment; filename="${name}"`,
    "",
    "",
  ].join("\n");
  const file = `${head}${body}\n--=_b--\n`;
  const places = await placesOfWords(file, "/mail.eml");
  const bodyLine = head.split("\n").length;
  // Its heading is its name, which a header has; a message as it is goes by its subject.
  const isInner = type === "message/rfc822" && header === "8bit";
  if (!isInner) expect(file.split("\n")[places.get(name)! - 1]).toContain(name);
  for (const word of words) {
    const at = text.indexOf(word);
    const [first, last] = [lineIn(header, text, text.lastIndexOf("\n", at) + 1), lineIn(header, text, at)];
    const said = places.get(word)!;
    expect(said, word).toBeGreaterThanOrEqual(bodyLine + first);
    expect(said, word).toBeLessThanOrEqual(bodyLine + last);
  }
});

test("a file in uuencode", async () => {
  const text = words.map((word) => `+ the line of ${word};\n`).join("");
  const file = `Subject: old\n\nBefore.\nbegin 644 fix.patch\n${uuencoded(text)}\`\nend\nAfter.\n`;
  const places = await placesOfWords(file, "/mail.eml");
  for (const word of words) {
    const start = text.lastIndexOf("\n", text.indexOf(word)) + 1;
    // Forty-five bytes a line, the first of them the fifth of the file.
    expect(places.get(word), word).toBe(5 + Math.floor(start / 45));
  }
});

test("a message in a signature that is cut into strings", async () => {
  const text = `Content-Type: text/plain\n\n${words.map((word) => `The line of ${word}\n`).join("")}`;
  const inner = Buffer.from(text);
  const cut = text.indexOf("\n", 300) + 5;
  const strings = [inner.subarray(0, cut), inner.subarray(cut)].map((part) => der(0x04, part));
  const data = Buffer.from("06092a864886f70d010701", "hex");
  const encapsulated = der(0x30, data, der(0xa0, der(0x24, ...strings)));
  const signed = der(0x30, Buffer.from("020101", "hex"), der(0x31), encapsulated);
  const whole = der(0x30, Buffer.from("06092a864886f70d010702", "hex"), der(0xa0, signed));
  const body = whole.toString("base64").replace(/.{76}/g, "$&\n");
  const head =
    'Subject: signed\nContent-Type: application/pkcs7-mime; name="smime.p7m"\nContent-Transfer-Encoding: base64\n\n';
  const places = await placesOfWords(`${head}${body}\n`, "/mail.eml");
  for (const word of words) {
    const at = whole.indexOf(word);
    const said = places.get(word)!;
    const line = (byte: number) => 5 + Math.floor(byte / 57);
    expect(said, word).toBeGreaterThanOrEqual(line(at - "The line of ".length));
    expect(said, word).toBeLessThanOrEqual(line(at));
  }
});

/** By word, and by heading, the line of the file that it is said to stand on. */
async function placesOfWords(file: string, path: string): Promise<Map<string, number>> {
  const { content, lineRuns, blocks } = await parseDocument(path, Buffer.from(file));
  expect(blocks.filter(({ isDecoded }) => isDecoded)).toEqual([]);
  const places = new Map<string, number>();
  const lineAt = (index: number): number => lineRuns!.findLast(({ offset }) => offset <= index)!.line;
  for (const { 0: word, index } of content.matchAll(/word\d{3}/g)) {
    if (!places.has(word)) places.set(word, lineAt(index));
  }
  expect([...places.keys()].toSorted()).toEqual(words);
  for (const { kind, start, end } of blocks) {
    if (kind === "heading") places.set(content.slice(start, end), lineAt(start));
  }
  return places;
}

/** The line of the body, from 0, on which the character at `offset` of the text stands. */
function lineIn(header: string, text: string, offset: number): number {
  if (header === "base64") return Math.floor(Buffer.byteLength(text.slice(0, offset)) / 57);
  return text.slice(0, offset).split("\n").length - 1;
}

function uuencoded(text: string): string {
  const bytes = Buffer.from(text);
  let lines = "";
  for (let at = 0; at < bytes.length; at += 45) {
    const line = bytes.subarray(at, at + 45);
    lines += String.fromCharCode(32 + line.length);
    for (let group = 0; group < line.length; group += 3) {
      const bits = ((line[group] ?? 0) << 16) | ((line[group + 1] ?? 0) << 8) | (line[group + 2] ?? 0);
      for (const shift of [18, 12, 6, 0]) lines += String.fromCharCode(32 + ((bits >> shift) & 63 || 64));
    }
    lines += "\n";
  }
  return lines;
}

/** A value of BER with a length of four bytes. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([Buffer.from([tag, 0x84]), length, content]);
}
