/** Pages, Numbers and Keynote by their own format, in files of Apple's programs. */
import { readFileSync } from "node:fs";
import { unzipSync, zipSync } from "fflate";
import { expect, test } from "vitest";
import { DocumentError } from "../../../src/errors.ts";
import { unpackSnappy } from "../../../src/documents/parsers/iwork/snappy.ts";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { outlineOfFixture } from "../support/cases.ts";
import { outline } from "../support/outline.ts";

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/iwork/${name}`, import.meta.url));

test.each([
  [
    "show.key",
    ["heading [1: Example Presentation] Example Presentation", "prose [1: Example Presentation] This is a subtitle."],
  ],
  [
    "links.numbers",
    [
      "heading [Sheet 1] Sheet 1",
      "table [Sheet 1 > Table 1] visit BBC News for the news and Google to find stuff",
      "table [Sheet 1 > Table 1] link at end Google",
      "table [Sheet 1 > Table 1] this is a list: first item second item third item",
      "table [Sheet 1 > Table 1] and this is an enumeration: item 1 item 2 item 3",
    ],
  ],
  [
    "boats.numbers",
    [
      "heading [Harbour] Harbour",
      "table [Harbour > Boats] Name: Aurora; Length: 32.5; Built: 1998-05-17; Insured: true; Fee: -1200",
      "table [Harbour > Boats] Name: Borealis øre; Length: 0.125; Built: 2020-01-02 13:30; Insured: false; Fee: 123456789.25",
      "table [Harbour > Boats] Name: Duration; Length: 7200",
      "heading [Crew] Crew",
      "prose [Crew] Caption",
      "table [Crew > People] Role: Cook; Person: Mira Okafor",
    ],
  ],
])("%s", async (name, expected) => {
  expect(await outlineOfFixture(`iwork/${name}`)).toEqual(expected);
});

test("a document that is a folder keeps its text in Index.zip, a flat one may too", async () => {
  const whole = await outlineOfFixture("iwork/boats.numbers");
  expect(outline(await parseDocument("/boats.numbers/Index.zip", fixture("boats.numbers")))).toEqual(whole);
  const flat = zipSync({ "Index.zip": fixture("boats.numbers") });
  expect(outline(await parseDocument("/boats.numbers", flat))).toEqual(whole);
});

test("one with a password is named as such", async () => {
  const locked = zipSync({ ...unzipSync(fixture("show.key")), ".iwpv2": new Uint8Array(8) });
  await expect(parseDocument("/show.key", locked)).rejects.toMatchObject({ reason: "encrypted" });
});

test("damaged parts are read or named, and cost no time", async () => {
  const entries = unzipSync(fixture("boats.numbers"));
  const names = ["Index/Document.iwa", ...Object.keys(entries).filter((name) => name.includes("Tile-"))];
  for (const name of names) {
    const bytes = entries[name]!;
    for (let at = 0; at < bytes.length; at += 1 + Math.floor(bytes.length / 60)) {
      const flipped = bytes.slice();
      flipped[at]! ^= 1 << (at % 8);
      for (const part of [flipped, bytes.slice(0, at)]) {
        const read = parseDocument("/boats.numbers", zipSync({ ...entries, [name]: part }, { level: 0 }));
        await read.catch((error: unknown) => expect(error).toBeInstanceOf(DocumentError));
      }
    }
  }
});

test("what claims to unpack to more than it can is not given the room", () => {
  expect(() => unpackSnappy(Uint8Array.of(0xff, 0xff, 0xff, 0x7f, 0), 2 ** 28)).toThrow(DocumentError);
  expect(() => unpackSnappy(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1), 2 ** 28)).toThrow(DocumentError);
  // "abab" as two letters and a copy that reaches into itself.
  expect(Buffer.from(unpackSnappy(Uint8Array.of(6, 1 << 2, 0x61, 0x62, ((4 - 4) << 2) | 1, 2), 100)).toString()).toBe(
    "ababab",
  );
});

test("an object may refer to any number of others", async () => {
  const varint = (value: number): number[] =>
    value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))];
  const field = (number: number, bytes: Uint8Array) => [
    Uint8Array.from([number * 8 + 2, ...varint(bytes.length)]),
    bytes,
  ];
  const object = (id: number, type: number, references: Uint8Array, content: Uint8Array) => {
    const about = Buffer.concat([
      Uint8Array.of(8, (type & 127) | 128, type >> 7, 24, content.length),
      ...field(5, references),
    ]);
    const info = Buffer.concat([Uint8Array.of(8, id), ...field(2, about)]);
    return [Uint8Array.from(varint(info.length)), info, content];
  };
  const words = Buffer.concat(field(3, Buffer.from("The pier is closed.")));
  const part = Buffer.concat([
    ...object(1, 200, new Uint8Array(200_000).fill(2), new Uint8Array()),
    ...object(2, 2_001, new Uint8Array(), words),
  ]);
  const literal = [62 << 2, (part.length - 1) & 255, ((part.length - 1) >> 8) & 255, (part.length - 1) >> 16];
  const packed = Buffer.concat([Uint8Array.from([...varint(part.length), ...literal]), part]);
  const head = Uint8Array.of(0, packed.length & 255, (packed.length >> 8) & 255, packed.length >> 16);
  const file = zipSync({ "Index/Document.iwa": Buffer.concat([head, packed]) });
  expect(outline(await parseDocument("/many.numbers", file))).toEqual(["prose [] The pier is closed."]);
});
