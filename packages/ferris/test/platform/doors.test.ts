/** Both sides of each door give the same: what runs in a page is the command line's code on the other side. */
import { expect, test } from "vitest";
import { parsers } from "../../src/documents/parsers/index.ts";
import { loaders as pageLoaders } from "../../src/documents/parsers/loaders.browser.ts";
import { loaders } from "../../src/documents/parsers/loaders.node.ts";
import * as browserBytes from "../../src/platform/bytes.browser.ts";
import * as nodeBytes from "../../src/platform/bytes.node.ts";
import { charsetCandidates as inPage, charsetDetectorReady } from "../../src/platform/charset-detector.browser.ts";
import { charsetCandidates as inNode } from "../../src/platform/charset-detector.node.ts";
import * as browserDigest from "../../src/platform/digest.browser.ts";
import * as nodeDigest from "../../src/platform/digest.node.ts";
import * as browserPaths from "../../src/platform/paths.browser.ts";
import * as nodePaths from "../../src/platform/paths.node.ts";
import { turn } from "../../src/platform/turn.browser.ts";

let state = 7;
function random(below: number): number {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}

const samples = [
  new Uint8Array(),
  Uint8Array.from({ length: 256 }, (_, i) => i),
  new TextEncoder().encode("käse 😀 \u0000 \u{10ffff} ﷽"),
  Uint8Array.from([0xed, 0xa0, 0x80]),
  Uint8Array.from([0xf4, 0x90, 0x80, 0x80]),
  Uint8Array.from([0xef, 0xbb, 0xbf, 0x41]),
  ...Array.from({ length: 300 }, () => Uint8Array.from({ length: random(40) }, () => (random(3) ? 0x41 : random(256)))),
  Uint8Array.from({ length: 20_000 }, () => random(256)),
];

test("bytes", () => {
  for (const bytes of samples) {
    expect(browserBytes.isAscii(bytes)).toBe(nodeBytes.isAscii(bytes));
    expect(browserBytes.isUtf8(bytes)).toBe(nodeBytes.isUtf8(bytes));
    const text = nodeBytes.latin1(bytes);
    expect(browserBytes.latin1(bytes)).toBe(text);
    expect([...browserBytes.fromLatin1(text)]).toEqual([...nodeBytes.fromLatin1(text)]);
    const digits = Buffer.from(bytes).toString("hex");
    expect([...browserBytes.fromHex(digits)]).toEqual([...bytes]);
    expect(browserBytes.utf8Length(text)).toBe(nodeBytes.utf8Length(text));
  }
  expect(browserBytes.utf8Length("\ud800a\udc00")).toBe(nodeBytes.utf8Length("\ud800a\udc00"));
});

test("digests", () => {
  for (const bytes of samples) expect(browserDigest.sha256(bytes)).toBe(nodeDigest.sha256(bytes));
  for (const text of ["", "abc", "käse 😀", "\ud800 alone"])
    expect(browserDigest.sha256(text)).toBe(nodeDigest.sha256(text));
});

test("character sets", async () => {
  const greek = Uint8Array.from(Buffer.from("cae1ebe7ecddf1e120f3e1f220", "hex"));
  expect(inPage(greek)).toEqual([]);
  await charsetDetectorReady();
  expect(inPage(greek)).toEqual(inNode(greek));
  expect(inNode(greek).length).toBeGreaterThan(0);
});

test.runIf(nodePaths.sep === "/")("paths, as on Linux", () => {
  for (const path of ["/a/b.md", "/a/b/", "b.md", "/", "", "/ä/😀.txt"])
    expect(browserPaths.basename(path)).toBe(nodePaths.basename(path));
});

test("a turn lets what waits run, in order", async () => {
  const order: number[] = [];
  await Promise.all([1, 2, 3].map(async (number) => turn().then(() => order.push(number))));
  expect(order).toEqual([1, 2, 3]);
});

test("each parser has its code, and a page has some of it", () => {
  expect(Object.keys(loaders).toSorted()).toEqual(parsers.map(({ type }) => type).toSorted());
  for (const type of Object.keys(pageLoaders)) expect(loaders).toHaveProperty(type);
  for (const type of ["markdown", "text", "html", "pdf"]) expect(pageLoaders).toHaveProperty(type);
});
