/** What something cut, folded or put in front: the words are whole, on their lines, and what is missing is said. */
import { gzipSync } from "node:zlib";
import { strToU8, Zip, ZipDeflate, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import type { ParsedDocument } from "../../../src/documents/document.ts";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { outline } from "../support/outline.ts";
import { tarOf } from "../support/tar.ts";

const parse = (path: string, content: string | Uint8Array): Promise<ParsedDocument> =>
  parseDocument(path, typeof content === "string" ? Buffer.from(content) : content);

const firstLines = ({ blocks }: ParsedDocument) => blocks.map(({ source }) => source?.startLine);

describe("folds of calendars and contacts", () => {
  test.each(["\r\n ", "\n ", "\n\t"])("%j within each byte of a character", async (fold) => {
    const summary = Buffer.from("SUMMARY:Zur Überfahrt nach 東京 und 🚢");
    for (let at = 1; at < summary.length; at++) {
      const folded = Buffer.concat([summary.subarray(0, at), Buffer.from(fold), summary.subarray(at)]);
      const parts = ["BEGIN:VCALENDAR\nBEGIN:VEVENT\n", folded, "\nLOCATION:Pier\nEND:VEVENT\nEND:VCALENDAR\n"];
      const document = await parse("/a.ics", Buffer.concat(parts.map((part) => Buffer.from(part))));
      expect(document.title).toBe("Zur Überfahrt nach 東京 und 🚢");
      expect(document.blocks[1]!.source!.startLine).toBe(5);
      expect(document.warnings).toEqual([]);
    }
  });

  test("contacts, several characters one after the other", async () => {
    const name = Buffer.from("FN:Åse Ærø");
    const cut = name.indexOf("Å") + 1;
    const folded = Buffer.concat([name.subarray(0, cut), Buffer.from("\n "), name.subarray(cut)]);
    const twice = Buffer.concat([folded, Buffer.from("\nNOTE:r\xc3\n \xa9sum\xc3\n \xa9\n", "latin1")]);
    const document = await parse(
      "/a.vcf",
      Buffer.concat([Buffer.from("BEGIN:VCARD\n"), twice, Buffer.from("END:VCARD")]),
    );
    expect(outline(document)).toEqual(["heading [Åse Ærø] Åse Ærø", "metadata [Åse Ærø] Note: résumé"]);
  });

  test("quoted-printable lines that are indented, and its line ends", async () => {
    const card =
      "BEGIN:VCARD\nFN;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:J=C3=BCrgen=\n M=C3=BCller\n" +
      "NOTE;ENCODING=QUOTED-PRINTABLE:One=0D=0ATwo=\nMore\nURL:http://x/?a=\n b\nEND:VCARD\n";
    expect(outline(await parse("/a.vcf", card))).toEqual([
      "heading [Jürgen Müller] Jürgen Müller",
      "metadata [Jürgen Müller] Note: One, TwoMore\nURL: http://x/?a=b",
    ]);
  });
});

test("events without a calendar around them, and times that are taken", async () => {
  const event = await parse("/a.ics", "BEGIN:VEVENT\nSUMMARY:Launch\nEND:VEVENT\n");
  expect(outline(event)).toEqual(["heading [Launch] Launch"]);
  const busy = await parse(
    "/a.ifb",
    "BEGIN:VCALENDAR\nBEGIN:VFREEBUSY\nORGANIZER:a@x\nFREEBUSY:19980314T233000Z/PT1H\nEND:VFREEBUSY\nEND:VCALENDAR\n",
  );
  expect(outline(busy)).toEqual(["metadata [] Organizer: a@x\nBusy: 19980314T233000Z/PT1H"]);
});

describe("subtitles", () => {
  test("empty lines within what is said, and between all lines", async () => {
    const document = await parse(
      "/a.srt",
      "1\n00:00:01,000 --> 00:00:02,000\nOne\n\ntwo\n\n2\n00:00:03,000 --> 00:00:04,000\nthree\n\n4\n\n\n00:00:05,000 --> 00:00:06,000\n\n42\n",
    );
    expect(outline(document)).toEqual(["prose [00:00:01] One\ntwo\nthree\n42"]);
    expect(document.blocks[0]!.source).toMatchObject({ startLine: 3, endLine: 16 });
  });

  test("notes and names of cues of a web page's captions are not said", async () => {
    const document = await parse(
      "/a.vtt",
      "WEBVTT\n\n00:01.000 --> 00:02.000\nOne\n\nNOTE\nnot said\n\nname\n00:03.000 --> 00:04.000\nTwo\n\nSTYLE\n::cue {}\n",
    );
    expect(outline(document)).toEqual(["prose [00:00:01] One\nTwo"]);
  });
});

describe("values separated by commas", () => {
  test("a quote that nothing closes ends with its line", async () => {
    for (const rest of ["2,x\n3,y\n", '2,"x"\n3,y\n']) {
      const document = await parse("/a.csv", `a,b\n1,"never closed\n${rest}`);
      expect(outline(document)).toEqual([
        "table [] a: 1; b: never closed",
        "table [] a: 2; b: x",
        "table [] a: 3; b: y",
      ]);
      expect(firstLines(document)).toEqual([2, 3, 4]);
    }
  });

  test("quoted cells behind spaces", async () => {
    const document = await parse("/a.csv", 'a, b, c\n1, "x, ""y""" , 3\n2, say "hi", 4\n3, "two\nlines", 5\n');
    expect(outline(document)).toEqual([
      'table [] a: 1; b: x, "y"; c: 3',
      'table [] a: 2; b: say "hi"; c: 4',
      'table [] a: 3; b: "two',
      'table [] a: lines"; b: 5',
    ]);
  });
});

describe("messages", () => {
  const message = "From: a@example.org\nSubject: Masts\nMIME-Version: 1.0\n\nThey are up.\n";

  test.each(["\ufeff", "\n", "\r\n\r\n", "\ufeff\n"])("%j in front", async (before) => {
    const document = await parse("/a.eml", before + message);
    expect(outline(document)).toEqual([
      "heading [Masts] Masts",
      "metadata [Masts] From: a@example.org",
      "prose [Masts] They are up.",
    ]);
    expect(document.blocks[2]!.source!.startLine).toBe(before.split("\n").length + 4);
  });

  test("PGP's blocks are no words", async () => {
    const block = (kind: string) =>
      `-----BEGIN PGP ${kind}-----\nVersion: 1\n\niQEcBAEBCAAGBQ\n=abcd\n-----END PGP ${kind}-----\n`;
    const signed = await parse("/a.eml", message + block("SIGNATURE") + "After.\n");
    expect(outline(signed)[2]).toBe("prose [Masts] They are up.\n\nAfter.");
    expect(signed.warnings).toEqual([]);
    const locked = await parse("/a.eml", `${message}\n${block("MESSAGE")}`);
    expect(outline(locked)[2]).toBe("prose [Masts] They are up.");
    expect(locked.warnings).toEqual(["a text in it is encrypted (PGP)"]);
    const quoted = await parse("/a.eml", `${message}\n-----BEGIN PGP SIGNATURE-----\nis how it begins.\n`);
    expect(outline(quoted)[2]).toContain("is how it begins.");
  });

  test("an attached file that PGP has encrypted is named", async () => {
    const document = await parse(
      "/a.eml",
      'From: a@x\nSubject: S\nMIME-Version: 1.0\nContent-Type: multipart/encrypted; boundary=b\n\n--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b\nContent-Type: application/octet-stream; name="encrypted.asc"\n\n-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n--b--\n',
    );
    expect(document.warnings).toEqual(["encrypted.asc in it was not read: it is encrypted (PGP)"]);
    expect(document.content).not.toContain("hQEMA");
  });

  test("the settings of enriched text are no words", async () => {
    const document = await parse(
      "/a.eml",
      "From: a@x\nSubject: S\nContent-Type: text/enriched\n\n<bold>Now</bold> is <color><param>red</param>the</color> time\n",
    );
    expect(outline(document)[2]).toBe("prose [S] Now is the time");
  });
});

describe("archives that end early", () => {
  const text = (name: string) => `${name}: ${"words about masts and ropes ".repeat(40)}\n`;
  const tar = tarOf({ "a.txt": text("a"), "b.txt": text("b"), "c.txt": text("c") });
  const size = 512 + 1536;
  const under = ({ blocks }: ParsedDocument) => [...new Set(blocks.map(({ headingPath }) => headingPath[0]))];

  test("in the middle of a file", async () => {
    const document = await parse("/a.tar", tar.subarray(0, size + 512 + 700));
    expect(under(document)).toEqual(["a.txt", "b.txt"]);
    expect(document.content).toContain(text("a").trim());
    expect(document.content).toContain("b: words about");
    expect(document.warnings).toEqual(["it ends in the middle of b.txt: what would follow is missing"]);
  });

  test("in the middle of a header; between two files nothing tells", async () => {
    const cut = await parse("/a.tar", tar.subarray(0, size + 100));
    expect(under(cut)).toEqual(["a.txt"]);
    expect(cut.warnings).toEqual(["it ends in the middle of a header: what would follow is missing"]);
    expect((await parse("/a.tar", tar.subarray(0, size))).warnings).toEqual([]);
  });

  test("with a header that is damaged: what stands behind it is read", async () => {
    const damaged = Buffer.from(tar);
    damaged[size + 130] ^= 1;
    const document = await parse("/a.tar", damaged);
    expect(under(document)).toEqual(["a.txt", "c.txt"]);
    expect(document.warnings).toEqual([`it is damaged at byte ${size}: nothing up to byte ${2 * size} is read`]);
  });

  test("packed", async () => {
    const packed = gzipSync(tar);
    const document = await parse("/a.tgz", packed.subarray(0, packed.length - 20));
    expect(under(document)[0]).toBe("a.txt");
    expect(document.warnings[0]).toBe("it ends early: what would follow is missing");
    const letters = gzipSync("Grüße ".repeat(1000), { level: 0 });
    const notes = await parse("/notes.txt.gz", letters.subarray(0, 15 + 8 * 100 + 3));
    expect(notes.content).toBe(`${"Grüße ".repeat(100)}Gr`);
  });

  test("ZIP files, whose list is at their end", async () => {
    const zip = Buffer.from(
      zipSync({ "a.txt": strToU8(text("a")), "ü/b.md": strToU8(`# B\n\n${text("b")}`), "c.txt": strToU8(text("c")) }),
    );
    const list = zip.indexOf("PK\x01\x02", 0, "latin1");
    const whole = await parse("/a.zip", zip.subarray(0, list));
    expect(under(whole)).toEqual(["a.txt", "ü/b.md", "c.txt"]);
    expect(whole.warnings).toEqual(["it ends early: what would follow is missing"]);
    const last = zip.indexOf("PK\x03\x04", zip.indexOf("b.md"), "latin1");
    const cut = await parse("/a.zip", zip.subarray(0, last - 10));
    expect(under(cut)).toEqual(["a.txt", "ü/b.md"]);
    expect(cut.content).toContain("b: words about");
    expect(cut.warnings).toEqual(["it ends early, in the middle of ü/b.md: what would follow is missing"]);
  });

  test("ZIP files of programs that do not know how long a file will be, cut anywhere", async () => {
    const chunks: Uint8Array[] = [];
    const writer = new Zip((_, chunk) => void chunks.push(chunk));
    for (const name of ["a.txt", "b.txt"]) {
      const file = new ZipDeflate(name);
      writer.add(file);
      file.push(strToU8(text(name)), true);
    }
    writer.end();
    const zip = Buffer.concat(chunks);
    const list = zip.indexOf("PK\x01\x02", 0, "latin1");
    expect(under(await parse("/a.zip", zip.subarray(0, list)))).toEqual(["a.txt", "b.txt"]);
    for (let length = 0; length < list; length += 7) {
      const found = await parse("/a.zip", zip.subarray(0, length)).catch((error: { reason: string }) => error.reason);
      if (typeof found === "string") expect(["damaged", "binary"]).toContain(found);
      else expect(found.warnings[0]).toContain("it ends early");
    }
  });
});
