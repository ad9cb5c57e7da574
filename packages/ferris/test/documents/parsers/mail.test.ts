/** Mail of many programs: character sets and wrong labels, alternatives, attachments, messages inside of messages, mailboxes; and hostile mail. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { chunkDocument } from "../../../src/documents/chunk/chunk.ts";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { signedContent } from "../../../src/documents/parsers/mail/signed-data.ts";
import { compoundFile } from "../support/compound-file.ts";
import { expectLinear } from "../support/growth.ts";
import { outline } from "../support/outline.ts";

/** Blocks but for the lines on people and dates, without the kinds. */
async function read(name: string): Promise<string[]> {
  const bytes = readFileSync(new URL(`../../fixtures/mail/${name}`, import.meta.url));
  const document = await parseDocument(`/${name}`, bytes);
  expect(document.warnings).toEqual([]);
  return outline(document)
    .filter((block) => !/^metadata \[[^\]]*\] (?:From|Attachments):/.test(block))
    .map((block) => block.replace(/^\w+ /, ""));
}

const crane = Array.from({ length: 4 }, () => "Kranen är lagad igen, tack för hjälpen.").join(" ");

describe("each message as its reader sees it", () => {
  test.each<[string, string[]]>([
    ["charset-windows-1252.eml", ["[Crème brûlée €] Crème brûlée €", "[Crème brûlée €] Crème brûlée €"]],
    ["cp1252-quoted.eml", ["[It’s € 5] It’s € 5", "[It’s € 5] It’s €5 – café s open."]],
    ["raw-latin1.eml", ["[Fähre] Fähre", "[Fähre] Die Fähre fährt früh, so um fünf."]],
    ["ascii-label-utf8.eml", ["[x] x", "[x] Die Fähre fährt früh."]],
    ["latin1-label-utf8.eml", ["[Fähre] Fähre", "[Fähre] Die Fähre fährt."]],
    ["html-metacharset.eml", ["[h] h", "[h] Früh am Morgen"]],
    ["sjis.eml", ["[海の天気] 海の天気", "[海の天気] 切符は船内で購入できます。"]],
    ["utf16-base64.eml", ["[wide] wide", "[wide] Der Kran ist repariert, größer als zuvor."]],
    ["split-word.eml", ["[海の天気予報と潮汐] 海の天気予報と潮汐", "[海の天気予報と潮汐] Body"]],
    ["split-character.eml", ["[café au port and odd] café au port and odd", "[café au port and odd] Text."]],
    [
      "flowed.eml",
      ["[flowed] flowed", "[flowed] This paragraph was broken by a program.\n> quoted words go on.\n-- \nAnn"],
    ],
    [
      "stub-alternative.eml",
      ["[Quay works] Quay works", "[Quay works] The crane inspection moved to Thursday at noon."],
    ],
    [
      "apple-mixed.eml",
      [
        "[Apple] Apple",
        "[Apple] The tide turns at four. See the drawing below.",
        "[Apple > depths.txt] depths.txt",
        "[Apple > depths.txt] Depth at the sill: 2.4 m",
      ],
    ],
    [
      "invite.eml",
      [
        "[Invitation] Invitation",
        "[Invitation] You are invited.",
        "[Invitation > Keel inspection] Keel inspection",
        "[Invitation > Keel inspection] Location: Dock 5\nStart: 2024-07-04 10:00 UTC",
      ],
    ],
    [
      "rfc822.eml",
      [
        "[Fwd: complaint] Fwd: complaint",
        "[Fwd: complaint] Please handle.",
        "[Fwd: complaint > Original complaint] Original complaint",
        "[Fwd: complaint > Original complaint] The gangway rails are loose at berth four.",
      ],
    ],
    [
      "attachments.eml",
      [
        "[Quay works] Quay works",
        "[Quay works] See the attached minutes.",
        "[Quay works > minutes.docx] minutes.docx",
        "[Quay works > minutes.docx > Harbour rules] Harbour rules",
        "[Quay works > minutes.docx > Harbour rules] Boats over nine metres moor at the outer pier.",
        "[Quay works > tide.txt] tide.txt",
        "[Quay works > tide.txt] The tide table says 04:12.",
      ],
    ],
    [
      "files.eml",
      [
        "[With files] With files",
        "[With files] Please read.",
        "[With files > Inner letter] Inner letter",
        "[With files > Inner letter] The inner pier is closed.",
        "[With files > Länge der Schiffe.csv] Länge der Schiffe.csv",
        "[With files > Länge der Schiffe.csv] Schiff: Aurora; Länge: 12",
        "[With files > dock.ics] dock.ics",
        "[With files > dock.ics > Dry dock] Dry dock",
        "[With files > dock.ics > Dry dock] Start: 2024-08-01",
        "[With files > log.md] log.md",
        "[With files > log.md > Log] # Log",
        "[With files > log.md > Log] All well aboard.",
        "[With files > fees.html] fees.html",
        "[With files > fees.html > Fees] Fees",
        "[With files > fees.html > Fees] Nine euros a night.",
      ],
    ],
    [
      "bounce.eml",
      [
        "[Undelivered] Undelivered",
        "[Undelivered] Your message could not be delivered.",
        "[Undelivered] Final-Recipient: rfc822; cook@example.org\nStatus: 5.1.1",
        "[Undelivered > Soup] Soup",
        "[Undelivered > Soup] Pea soup on Thursday.",
      ],
    ],
    ["signed.eml", ["[Signed] Signed", "[Signed] The order stands."]],
    ["12345.emlx", ["[Överblick] Överblick", `[Överblick] ${crane}`]],
    ["1717400000.M1P2.example.org", ["[Överblick] Överblick", `[Överblick] ${crane}`]],
    [
      "fromline.mbox",
      [
        "[Mooring plan] Mooring plan",
        "[Mooring plan] Hello Bo,\n\nFrom my side the outer pier is fine.\nWe moor at six.",
        "[Re: Mooring plan] Re: Mooring plan",
        "[Re: Mooring plan] From now on use berth nine.\nBye",
      ],
    ],
    [
      "no-blank-line.mbox",
      [
        "[One] One",
        "[One] First words.",
        "[Two] Two",
        "[Two] Second words.\nFrom now on at 10:30 in 2024 we moor here.\n\nFrom our berth:\nSubject lines are not headers here.",
      ],
    ],
  ])("%s", async (name, expected) => {
    expect(await read(name)).toEqual(expected);
  });

  test("Outlook's messages, one inside of the other", async () => {
    const bytes = readFileSync(new URL("../../fixtures/mail/outer.msg", import.meta.url));
    const document = await parseDocument("/outer.msg", bytes);
    expect(document).toMatchObject({ type: "outlook", title: "outer subject", warnings: [] });
    expect(outline(document)).toEqual([
      "heading [outer subject] outer subject",
      "metadata [outer subject] To: outer@foo.bar\nDate: 2016-11-15T23:29:05.000Z\nAttachments: test",
      "prose [outer subject] Outer body",
      "heading [outer subject > test] test",
      "metadata [outer subject > test] To: test@foobar.com\nDate: 2016-11-15T23:28:26.000Z",
      "prose [outer subject > test] body",
    ]);
    for (let cut = 0; cut < bytes.length; cut += 997) {
      const torn = Buffer.from(bytes);
      torn.fill(cut & 0xff, cut, cut + 9);
      const outcome = await parseDocument("/outer.msg", torn).catch((error: { reason?: string }) => error.reason);
      expect(typeof outcome === "object" || outcome === "damaged").toBe(true);
    }
  });

  test("a short message in a Maildir, whose name is its only sign", async () => {
    const bytes = Buffer.from("From: ann@example.org\nSubject: Fog\n\nNo ferry today.\n");
    for (const path of ["/Mail/cur/1717400000.M1P2.host:2,S", "/Mail/new/1717400000.M1P2.example.org"])
      expect((await parseDocument(path, bytes)).type).toBe("email");
    expect((await parseDocument("/notes/1717400000.txt", bytes)).type).toBe("text");
  });

  test("text out of Base64 has the lines at which it stands", async () => {
    const text = Array.from({ length: 60 }, (_, i) => `Line ${i} of the log.\n`).join("");
    const encoded = Buffer.from(text)
      .toString("base64")
      .match(/.{1,74}/g)!;
    const mail = `Subject: Log\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n${encoded.join("\n")}\n`;
    const document = await parseDocument("/a.eml", Buffer.from(mail));
    const file = mail.split("\n");
    const body = document.blocks.at(-1)!.start;
    for (const { offset, line } of document.lineRuns!) {
      if (offset < body) continue;
      const decoded = Buffer.from(file.slice(4, line).join(""), "base64").toString();
      expect(decoded).toContain(document.content.slice(offset, offset + 5).trimEnd());
    }
    expect(document.lineRuns!.length).toBeGreaterThan(20);
  });

  test("what cannot be read in it is said, and the rest is read", async () => {
    const mail = `Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nHello.\n--b\nContent-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\n${Buffer.from("%PDF-broken").toString("base64")}\n--b--\n`;
    const document = await parseDocument("/a.eml", Buffer.from(mail));
    expect(document.content).toContain("Hello.");
    expect(document.warnings).toEqual([expect.stringContaining("a.pdf in it was not read")]);
  });
});

test("time grows with the size, not with its square", async () => {
  const head = "Subject: x\nContent-Type: text/plain; format=flowed\n\n";
  const shapes: Readonly<Record<string, (count: number) => string>> = {
    flowed: (count) => head + "some words \n".repeat(count),
    "one quoted-printable line": (count) =>
      `Subject: x\nContent-Transfer-Encoding: quoted-printable\n\n${"caf=C3=A9 =\n".repeat(count)}`,
    base64: (count) => `Subject: x\nContent-Transfer-Encoding: base64\n\n${"YWJj\n".repeat(count)}`,
    boundaries: (count) => `Content-Type: multipart/mixed; boundary=b\n\n${"--c\n".repeat(count)}`,
    parameters: (count) => `Content-Type: text/plain${"; a*0*=x".repeat(count)}\n\nx`,
    "encoded words": (count) => `Subject: ${"=?utf-8?q?a".repeat(count)}\n\nx`,
    "folded header": (count) => `Subject: x\n${" y\n".repeat(count)}\nz`,
    "unclosed tags": (count) => `Content-Type: text/html\n\n${"<b".repeat(count)}`,
  };
  for (const [name, make] of Object.entries(shapes))
    await expectLinear(name, 10_000, (count) => parseDocument("/a.eml", Buffer.from(make(count))));
  const mailbox = "From a@b.c Mon Jun  3 09:12:00 2024\n".repeat(20_000);
  expect((await parseDocument("/a.mbox", Buffer.from(mailbox))).type).toBe("mailbox");
});

/** The blocks of a message that is made here, but for its people. */
async function readMade(message: string | Buffer): Promise<string[]> {
  const document = await parseDocument("/made.eml", typeof message === "string" ? Buffer.from(message) : message);
  expect(document.warnings).toEqual([]);
  return outline(document).filter((block) => !block.startsWith("metadata"));
}

const headers = "From: a@example.org\nTo: b@example.org\nMIME-Version: 1.0\n";

describe("mail of other times", () => {
  test("UTF-7, in headers and bodies", async () => {
    const body = "Die F+AOQ-hre f+AOQ-hrt um 7 +- 8 Uhr, +bXc- heute.";
    const text = `${headers}Subject: =?utf-7?Q?Gr+APwA3w-e?=\nContent-Type: text/plain; charset=unicode-1-1-utf-7\n\n${body}\n`;
    expect(await readMade(text)).toEqual([
      "heading [Grüße] Grüße",
      "prose [Grüße] Die Fähre fährt um 7 + 8 Uhr, 海 heute.",
    ]);
  });

  test("a character set that nobody knows is read as its bytes say", async () => {
    const subject = "=?x-unknown?B?R3LDvMOfZQ==?= =?x-mac-fancy?Q?_aus_K=C3=B6ln?=";
    expect(await readMade(`${headers}Subject: ${subject}\n\nText.\n`)).toEqual([
      "heading [Grüße aus Köln] Grüße aus Köln",
      "prose [Grüße aus Köln] Text.",
    ]);
  });

  const lines = 'begin 644 tide.txt\nF5&AE(\'1I9&4@=&%B;&4@<V%Y<R P-#HQ,B!A="!T:&4@;6EL;"X \n`\nend\n';

  test("uuencoded files in a text are read as files", async () => {
    expect(await readMade(`${headers}Subject: Old\n\nSee the file.\n\n${lines}\nRegards\n`)).toEqual([
      "heading [Old] Old",
      "prose [Old] See the file.",
      "prose [Old] Regards",
      "heading [Old > tide.txt] tide.txt",
      "prose [Old > tide.txt] The tide table says 04:12 at the mill.",
    ]);
    const part = "Content-Type: application/octet-stream; name=tide.txt\nContent-Transfer-Encoding: x-uuencode\n";
    expect(await readMade(`${headers}Subject: Old\nContent-Disposition: attachment\n${part}\n${lines}`)).toEqual([
      "heading [Old] Old",
      "heading [Old > tide.txt] tide.txt",
      "prose [Old > tide.txt] The tide table says 04:12 at the mill.",
    ]);
  });

  test("what only begins like a uuencoded file is text", async () => {
    const text = "begin 644 of them\nwere sold on Monday, the rest later.\nend";
    expect(await readMade(`${headers}Subject: x\n\n${text}\n`)).toEqual(["heading [x] x", `prose [x] ${text}`]);
    await expectLinear("begin", 20_000, (count) =>
      parseDocument("/x.eml", Buffer.from(`${headers}\n${"begin 644 a\n".repeat(count)}`)),
    );
  });

  test("Outlook's wrapping (winmail.dat) is unpacked", async () => {
    const attribute = (level: number, id: number, value: Buffer) => {
      const head = Buffer.alloc(9);
      head.writeUInt8(level, 0);
      head.writeUInt32LE(id, 1);
      head.writeUInt32LE(value.length, 5);
      return Buffer.concat([head, value, Buffer.from([0, 0])]);
    };
    const longName = Buffer.from("Crane report of May.txt\0", "latin1");
    const count = Buffer.from([1, 0, 0, 0, 0x1e, 0, 0x07, 0x37, 1, 0, 0, 0, longName.length, 0, 0, 0]);
    const wrapped = Buffer.concat([
      Buffer.from([0x78, 0x9f, 0x3e, 0x22, 1, 0]),
      attribute(1, 0x0002_800c, Buffer.from("The crane is repaired.\0")),
      attribute(2, 0x0006_9002, Buffer.alloc(14)),
      attribute(2, 0x0001_8010, Buffer.from("CRANE~1.TXT\0")),
      attribute(2, 0x0006_800f, Buffer.from("It lifts forty tonnes again.")),
      attribute(2, 0x0006_9005, Buffer.concat([count, longName])),
    ]);
    const message = (bytes: Buffer, text: string) =>
      `${headers}Subject: Crane\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\n${text}\n` +
      `--x\nContent-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n${bytes.toString("base64")}\n--x--\n`;
    const file = [
      "heading [Crane > Crane report of May.txt] Crane report of May.txt",
      "prose [Crane > Crane report of May.txt] It lifts forty tonnes again.",
    ];
    expect(await readMade(message(wrapped, "See below."))).toEqual([
      "heading [Crane] Crane",
      "prose [Crane] See below.",
      ...file,
    ]);
    expect(await readMade(message(wrapped, ""))).toEqual([
      "heading [Crane] Crane",
      "heading [Crane > message.txt] message.txt",
      "prose [Crane > message.txt] The crane is repaired.",
      ...file,
    ]);
    // As a file of its own, whatever it is called.
    const alone = Buffer.concat([wrapped, attribute(1, 0x0001_8004, Buffer.from("Crane\0"))]);
    expect(outline(await parseDocument("/winmail.dat", alone))).toEqual([
      "heading [Crane] Crane",
      "prose [Crane] The crane is repaired.",
      "metadata [Attachment: Crane report of May.txt] Attachment: Crane report of May.txt",
      "prose [Attachment: Crane report of May.txt] It lifts forty tonnes again.",
    ]);
    // Every length in it may lie.
    for (let end = 0; end < wrapped.length; end++) await readMade(message(wrapped.subarray(0, end), "x"));
    for (let at = 6; at < wrapped.length; at++) {
      const torn = Buffer.from(wrapped);
      torn[at] = 0xff;
      await parseDocument("/x.eml", Buffer.from(message(torn, "x")));
    }
  });
});

test.each(["smime-signed.eml", "smime-stream.eml"])("what is signed stands in its signature: %s", async (name) => {
  const bytes = readFileSync(new URL(`../../fixtures/mail/${name}`, import.meta.url));
  const { content, warnings } = await parseDocument(`/${name}`, bytes);
  expect(content).toContain("The Bergen ferry leaves at six.");
  expect(content).toContain("ropes and lamps");
  expect(warnings).toEqual([]);
});

test("what is encrypted is named; what is no signature ends", async () => {
  const bytes = readFileSync(new URL("../../fixtures/mail/smime-encrypted.eml", import.meta.url));
  const { warnings } = await parseDocument("/encrypted.eml", bytes);
  expect(warnings).toEqual([expect.stringContaining("it is encrypted")]);
  for (const deep of [Buffer.alloc(100_000, 0x30), Buffer.alloc(100_000, Buffer.from([0x30, 0x80]))])
    expect(signedContent(deep)).toBeNull();
});

test("what was decoded from many lines cites all of them", async () => {
  const bytes = readFileSync(new URL("../../fixtures/mail/attachments.eml", import.meta.url));
  const file = bytes.toString("latin1").split("\n");
  const document = await parseDocument("/attachments.eml", bytes);
  const chunks = chunkDocument(document, { maxTokens: 256 }, (text) => text.length / 4);
  const chunk = chunks.find(({ text }) => text.includes("Boats over nine metres"))!;
  expect(file.slice(chunk.startLine - 1, chunk.endLine).every((line) => /^[A-Za-z\d+/=]+\r?$/.test(line))).toBe(true);
  expect(file[chunk.startLine - 2]!.trim()).toBe("");
  expect(file.slice(chunk.endLine).find((line) => line.trim() !== "")).toMatch(/^--/);
});

test("a message whose first headers are those of servers is one, whatever its name", async () => {
  const signature = `DKIM-Signature: v=1; b=${"A".repeat(70)}\n`;
  const received = "Received: from a.example by b.example; Mon, 3 Jun 2024 07:12:00 +0000\n";
  for (const count of [20, 100]) {
    const text = `${received}${signature.repeat(count)}From: Ann <ann@example.org>\nSubject: Crane\n\nIt lifts again.\n`;
    expect((await parseDocument("/saved", Buffer.from(text))).title).toBe("Crane");
  }
});

test("texts of old Outlook messages are read in the character set that the message names", async () => {
  // "測試" in Big5.
  const text = (bytes: string) => Buffer.from(bytes, "latin1");
  const property = (id: number, type: number, value: number) => {
    const bytes = Buffer.alloc(16);
    bytes.writeUInt32LE(id * 0x10000 + type, 0);
    bytes.writeUInt32LE(6, 4);
    bytes.writeUInt32LE(value, 8);
    return bytes;
  };
  const message = compoundFile({
    "__properties_version1.0": Buffer.concat([Buffer.alloc(32), property(0x3fde, 3, 950)]),
    "__substg1.0_0037001E": text("\xb4\xfa\xb8\xd5"),
    "__substg1.0_1000001E": text("\xb4\xfa\xb8\xd5 one"),
  });
  expect(outline(await parseDocument("/a.msg", message))).toEqual(["heading [測試] 測試", "prose [測試] 測試 one"]);
});

describe("messages of parts whose boundary is not there lose no words", () => {
  const begin = "From: Ann <ann@example.org>\nSubject: Crane\nContent-Type: multipart/mixed;";
  test.each<[string, string, string[]]>([
    ["none is named", `${begin}\n\nIt lifts again.\n`, ["prose [Crane] It lifts again."]],
    ["it comes nowhere", `${begin} boundary=x\n\nIt lifts again.\n`, ["prose [Crane] It lifts again."]],
    [
      "its header is cut",
      `${begin}\n\tbo\n\nA message of parts.\n--y.1\n\nIt lifts again.\n--y.1\n\nForty tonnes.\n--y.1--\n`,
      ["prose [Crane] It lifts again.", "prose [Crane] Forty tonnes."],
    ],
  ])("%s", async (_, message, expected) => {
    const blocks = outline(await parseDocument("/a.eml", Buffer.from(message)));
    expect(blocks.filter((block) => !block.startsWith("metadata"))).toEqual(["heading [Crane] Crane", ...expected]);
  });
});
