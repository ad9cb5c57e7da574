/** From bytes to text: marks, declarations, what is recognised without them, and the reason where nothing is sure. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { charsetOf, decodeStrictly } from "../../../src/documents/decode/charset.ts";
import { decodeText } from "../../../src/documents/decode/decode.ts";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { Positions } from "../../../src/documents/lines/positions.ts";
import type { DocumentError } from "../../../src/errors.ts";

function failure(bytes: Uint8Array): DocumentError {
  try {
    decodeText(bytes);
  } catch (error) {
    return error as DocumentError;
  }
  throw new Error("no error");
}

describe("decodeText", () => {
  test("a short text of one alphabet in UTF-16 without a mark is told; a few letters or several alphabets are not", () => {
    for (const text of ["Паром уходит в семь.\n", "המעבורת יוצאת בשבע", "Το πλοίο φεύγει στις 7"])
      expect(decodeText(Buffer.from(text, "utf16le"))).toMatchObject({ content: text, encoding: { name: "utf-16le" } });
    for (const text of ["Паром", "Па ром", "Па ομα שבע تعود ом"])
      expect(() => decodeText(Buffer.from(`${text} \u0400`, "utf16le"))).toThrow("NUL byte");
  });

  test.each([
    [
      "HZ",
      Buffer.from("On the pier: ~{8[?Z5D9\\@mT1~}, ~~ and ~{;aRi<GB<~}."),
      "On the pier: 港口的管理员, ~ and 会议记录.",
      "hz-gb-2312",
    ],
    [
      "UTF-7",
      Buffer.from("Der Hafenmeister +APY-ffnet die Schleuse, Gr+APYA3w-e 5 +- 6"),
      "Der Hafenmeister öffnet die Schleuse, Größe 5 + 6",
      "utf-7",
    ],
    ["UTF-7 of another alphabet", Buffer.from("+BB8EMARABD4EPA +BEMERQQ+BDQEOARC-"), "Паром уходит", "utf-7"],
    [
      "GB 18030's letters of four bytes",
      Buffer.from(
        "a6af20a6cba6c9a6cca6c5a6cd8130cb34a6d1a6d6a6c78130cb3920a6c1a6cda6cf8130cb37a6c3a6c5a6c920a6d3a6c7a6cd20a6d08130cc33a6cba6c7208130cb35a6d88130cb3920a6d3a6c98130cb39208130cb35a6cea6c9",
        "hex",
      ),
      "Ο λιμενάρχης ανοίγει την πύλη έως τις έξι",
      "gb18030",
    ],
  ])("%s", (_, bytes, content, charset) => {
    expect(decodeText(bytes)).toMatchObject({ content, warnings: [expect.stringContaining(charset)] });
  });

  test.each([
    "A + B is C++, call +47 555 01 01 or +4755512345; git log +abcd",
    "~/notes and ~{home} and x =~ {a}",
    "$ printf '\\e[1m+-+-+'\n+---+---+\n| a | b |\n+---+---+\n",
    "diff\n--- a\n+++ b\n+added +APY- line\n+another one\n",
    "N4KAkARALgngDgUwgLgAQQQDwMYEMA2A+lgCYBOuA7hADTgQBuCpAzoQPYB2KqAT+LZMzYBXUtiRoIACyhQ4zZAHo",
    "CPU+GPU is fast, CPU+GPU is new; REST+API-based, SDK+API and C+ASM-code",
    "+username +password; search?q=deep+learning+networks",
    "task +foo +dog +log +ask",
    "command {\n  cat ~{fastq}\n  echo ~{sample_name}\n}\n",
    "`~{:ab}\n",
    '(format t "~{foobar~}" list)',
  ])("ASCII with signs of such sets stays what it is: %s", (text) => {
    expect(decodeText(Buffer.from(text))).toMatchObject({ content: text, warnings: [] });
  });

  test.each([
    ["FIX", "8=FIX.4.2\x0135=A\x0149=S\x0156=T\x0134=1\x0198=0\x0110=062\x01\n"],
    ["Hive", "1\x01a\x012\x01b\n"],
    ["MARC", "\x1faA b\x1fbC\x1e"],
    ["ASCII's separators", "1\x1fA\x1f2\x1fB\x1e"],
    ["a device's line", "\x02OK\x03\r\n"],
    ["a terminal's boxes", "\x0elqqk\x0f\r\n\x0ex\x0f a \x0ex\x0f\r\n"],
    ["a chat's colours", "\x02\x0304,01hi\x0f \x1fyo\x1f \x16z\x16\n"],
  ])("control characters that a text may have: %s", (_, text) => {
    const whole = text.repeat(20);
    expect(decodeText(Buffer.from(whole))).toMatchObject({ content: whole, warnings: [] });
  });

  test("dates with dashes of Windows are no letters of GB 18030", () => {
    const bytes = Buffer.from("Dates: 2024\x965\x966, 2024\x967\x968, 2023\x961\x962, 2022\x963\x964.", "latin1");
    expect(failure(bytes)).toMatchObject({ reason: "encoding" });
  });

  test("escapes to sets that are not read, and letters among control characters, are declined", () => {
    for (const escapes of ["\x1b$(CGQ19>n\x1b(B and more", "\x1b$A;aRi\x1b(B"]) {
      expect(failure(Buffer.from(escapes, "latin1"))).toMatchObject({
        reason: "encoding",
        message: expect.stringContaining("ISO 2022"),
      });
    }
    expect(failure(Buffer.from("a\x01b\x02c\x03d\x04".repeat(20)))).toMatchObject({ reason: "binary" });
    // Thai in UTF-16, without a space that would hold a NUL.
    expect(failure(Buffer.from("ท่าเรือเปิดประตูน้ำตอนหกโมงเช้า", "utf16le"))).toMatchObject({ reason: "binary" });
    // A terminal's colours, and letters that were struck twice on a printer.
    for (const text of ["\x1b[1mbold\x1b[0m and plain", "N\bNA\bAM\bME\bE"])
      expect(decodeText(Buffer.from(text)).content).toBe(text);
  });

  test("a few words of Japanese in EUC-JP, whose kana Chinese has too, are not taken for Chinese", () => {
    expect(failure(Buffer.from("b2f1b5c4a4ceb5c4bbf6cfbf", "hex"))).toMatchObject({ reason: "encoding" });
  });

  test("UTF-8, with and without a byte-order mark", () => {
    expect(decodeText(Buffer.from("größe 😀"))).toEqual({
      content: "größe 😀",
      encoding: { name: "utf-8", byteOrderMarkBytes: 0 },
      warnings: [],
    });
    expect(decodeText(Buffer.from("\ufeffa"))).toMatchObject({
      content: "a",
      encoding: { name: "utf-8", byteOrderMarkBytes: 3 },
    });
  });

  test("UTF-16 with a byte-order mark, both ways round", () => {
    const little = Buffer.from("\ufeffgrün 😀", "utf16le");
    expect(decodeText(little).content).toBe("grün 😀");
    const big = Buffer.from(little).swap16();
    expect(decodeText(big)).toMatchObject({
      content: "grün 😀",
      encoding: { name: "utf-16be", byteOrderMarkBytes: 2 },
    });
    expect(failure(Buffer.concat([little, Buffer.from([0x41])]))).toMatchObject({ reason: "encoding" });
  });

  // Files of other programs and of Python's codecs. What is recognised, not declared, is said.
  test.each([
    ["cp1252.txt", "Café opens at ten. It’s cheap.", "windows-1252"],
    ["cp1252.csv", "Menge: 3; Preis: 4,50\n\nMenge: Käse; Preis: 2", "windows-1252"],
    ["sjis.txt", "海の天気", "shift_jis"],
    ["utf16le-nobom.txt", "The ferry leaves", "UTF-16LE"],
    ["utf16be-nobom.txt", "Der Kran wird\nam Dienstag geprüft.", "UTF-16BE"],
    ["utf16le-nobom-ja.txt", "切符は船内で購入できます。", "UTF-16LE"],
    ["utf32.txt", "The ferry leaves", null],
    ["utf32be.txt", "The ferry leaves", null],
    ["cp1251.txt", "Паром отходит в шесть часов.", "windows-1251"],
    ["koi8-r.txt", "Паром отходит в шесть часов.", "koi8-r"],
    ["latin2.txt", "Łódź odpływa o szóstej.", "iso-8859-2"],
    ["cp1250.txt", "Łódź odpływa o szóstej.", "windows-1250"],
    ["cp1254.txt", "Şimdi değil, yarın.", "windows-1254"],
    ["gbk.txt", "渡轮六点出发。", "gb18030"],
    ["big5.txt", "渡輪六點出發。", "big5"],
    ["euc-kr.txt", "여객선은 여섯 시에 출발합니다.", "euc-kr"],
    ["euc-jp.txt", "フェリーは六時に出発します。", "euc-jp"],
    ["iso-2022-jp.txt", "フェリーは六時に出発します。", "iso-2022-jp"],
    ["czech-latin2.txt", "Příliš žluťoučký kůň", "iso-8859-2"],
    ["czech-dos.txt", "Příliš žluťoučký kůň", "ibm852"],
    ["polish-latin2.txt", "Łódź odpływa", "iso-8859-2"],
    ["polish-dos.txt", "Łódź odpływa", "ibm852"],
    ["hungarian-latin2.txt", "a híd előtt, amíg", "windows-1250"],
    ["hungarian-mac.txt", "a híd előtt, amíg", "x-mac-ce"],
    ["german-dos.txt", "Die Fähre legt um sechs Uhr früh ab", "ibm850"],
    ["german-mac.txt", "Die Fähre legt um sechs Uhr früh ab", "macintosh"],
    ["french-dos.txt", "la lumière est éteinte", "ibm850"],
    ["french-mac.txt", "la lumière est éteinte", "macintosh"],
    ["cp1252-declared.html", "Crème brûlée coûte 6 €.", null],
    ["http-equiv.html", "フェリーは六時に出発します。", null],
    ["xml-declaration.xhtml", "Łódź odpływa zimą.", null],
    ["wrong-label.html", "Früh am Morgen fährt sie.", null],
    ["latin1-label.html", "It’s 6 €, café.", null],
    ["cookie.py", 'name = "Kärcher, 5 €"', null],
    ["inputenc.tex", "Die Fähre fährt früh.", null],
  ])("%s", async (name, text, said) => {
    const bytes = readFileSync(new URL(`../../fixtures/charsets/${name}`, import.meta.url));
    const { content, warnings } = await parseDocument(`/${name}`, bytes);
    expect(content).toContain(text);
    expect(warnings).toEqual(said === null ? [] : [expect.stringContaining(`read as ${said}`)]);
  });

  test.each([
    ["ibm866", "Привет, мир", "8fe0a8a2a5e22c20aca8e0"],
    [
      "ibm866",
      "Отчёт о работе насоса за прошлый год.",
      "8ee2e7f1e220ae20e0a0a1aee2a520ada0e1aee1a020a7a020afe0aee8abeba920a3aea42e",
    ],
    [
      "ibm855",
      "Отчет о работе насоса за прошлый год.",
      "d7e5fba8e520d620e1a0a2d6e5a820d4a0e3d6e3a020f3a020d8e1d6f5d0f1bd20acd6a62e",
    ],
    [
      "windows-1251",
      "Фериботът тръгва в шест часа сутринта.",
      "d4e5f0e8e1eef2faf220f2f0fae3e2e020e220f8e5f1f220f7e0f1e020f1f3f2f0e8edf2e02e",
    ],
    [
      "windows-1251",
      "Паром вирушає о шостій, їжа є на борту.",
      "cfe0f0eeec20e2e8f0f3f8e0ba20ee20f8eef1f2b3e92c20bfe6e020ba20ede020e1eef0f2f32e",
    ],
    [
      "iso-8859-5",
      "Паром отходит в шесть часов, ждать нельзя.",
      "bfd0e0dedc20dee2e5ded4d8e220d220e8d5e1e2ec20e7d0e1ded22c20d6d4d0e2ec20ddd5dbecd7ef2e",
    ],
    [
      "windows-1253",
      "Το πλοίο αναχωρεί στις έξι το πρωί.",
      "d4ef20f0ebefdfef20e1ede1f7f9f1e5df20f3f4e9f220ddeee920f4ef20f0f1f9df2e",
    ],
    [
      "ibm737",
      "Το πλοίο αναχωρεί στις έξι το πρωί, όχι το βράδυ.",
      "92a620a7a2a6e5a62098a498aee0a89ce520a9aba0aa20e2a5a020aba620a7a8e0e52c20e6aea020aba62099a8e19bac2e",
    ],
    [
      "x-mac-greek",
      "Το πλοίο αναχωρεί στις έξι το πρωί, όχι το βράδυ.",
      "c6ef20f0ecefddef20e1eee1f8f6f2e5dd20f3f4e9f720dbeae920f4ef20f0f2f6dd2c20def8e920f4ef20e2f2c0e4f92e",
    ],
  ])("Cyrillic and Greek by how their languages put letters together: %s, %s", (charset, text, hex) => {
    const { content, warnings } = decodeText(Buffer.from(hex, "hex"));
    expect(content).toBe(text);
    expect(warnings).toEqual([expect.stringContaining(`read as ${charset}`)]);
  });

  test.each([
    "המשאבה במרתף עומדת ליד הקיר המערבי, ויש לבדוק את הלחץ שלה פעם בשבוע.\n",
    "את החלקים הישנים אין לזרוק לפח, אלא להחזיר לספק יחד עם טופס חתום.\n",
  ])("letters of Hebrew are not capitals of Russian: %s", (text) => {
    // windows-1255 has the alphabet from 0xE0 on.
    const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0) - (letter >= "א" ? 0x05d0 - 0xe0 : 0));
    expect(decodeText(bytes).content).toBe(text);
  });

  test("capitals of Greek beside English are not small letters of Cyrillic", () => {
    const hex =
      "6269736f6e202d207061727365722067656e657261746f720a6269736f6e205bc5d0c9cbcfc3c75d2e2e2e20c1d1d7c5c9cf0a";
    expect(decodeText(Buffer.from(hex, "hex")).content).toContain("[ΕΠΙΛΟΓΗ]... ΑΡΧΕΙΟ");
  });

  test.each(["Café déjà", "Déjà vu à la mer", "Öl für 5 £"])("a few words of Western Europe: %j", (text) => {
    expect(decodeText(Buffer.from(text, "latin1")).content).toBe(text);
  });

  test("what is a sign in one set and a letter in another is decided by the words, not by how rare the sets are", () => {
    for (const text of ["La virtù e l'utilità della barca", "attività e qualità del servizio"]) {
      const bytes = Buffer.from(text.replaceAll("à", "\x85").replaceAll("ù", "\x97"), "latin1");
      expect(failure(bytes).reason).toBe("encoding");
    }
    const ellipsis = Buffer.from("wait\x85 and see what happens next", "latin1");
    expect(decodeText(ellipsis).content).toBe("wait… and see what happens next");
  });

  test("all syllables of Korean as Windows writes it", () => {
    // In the order of Unicode, where EUC-KR has none: 똠 and 뷁 among them.
    expect(decodeText(Buffer.from([0x8c, 0x63, 0xb9, 0xe6, 0x94, 0xee]), "euc-kr").content).toBe("똠방뷁");
    expect(decodeText(Buffer.from([0x81, 0x41, 0xc6, 0x52, 0xb0, 0xa1]), "ks_c_5601-1987").content).toBe("갂힣가");
    // "똠방각하는 여섯 시에 출발합니다. 펲시를 마시고 기다리세요." says nothing of its set.
    const undeclared =
      "8c63b9e6b0a2c7cfb4c220bfa9bcb820bdc3bfa120c3e2b9dfc7d5b4cfb4d92e20bc84bdc3b8a620b8b6bdc3b0ed20b1e2b4d9b8aebcbcbfe42e";
    expect(decodeText(Buffer.from(undeclared, "hex")).content).toBe(
      "똠방각하는 여섯 시에 출발합니다. 펲시를 마시고 기다리세요.",
    );
    for (const broken of [[0x8c], [0x8c, 0x20], [0xc6, 0x53]])
      expect(decodeStrictly(Buffer.from(broken), "euc-kr")).toBeNull();
  });

  test("sets of seven bits are no ASCII", () => {
    const korean = Buffer.from("\x1b$)C\x0e?)04\x0f six \x0eCP\x0f.\n", "latin1");
    expect(decodeText(korean)).toMatchObject({ content: "여객 six 촛.\n", encoding: { name: "multi-byte" } });
    expect(decodeText(korean).warnings).toEqual([expect.stringContaining("read as iso-2022-kr")]);
    expect(decodeText(Buffer.from("~{6IBV~} ~~ six"), "HZ-GB-2312").content).toBe("渡轮 ~ six");
    // Without a word of it, the braces say so.
    expect(decodeText(Buffer.from("~{6IBV~} ~~ six"))).toMatchObject({
      content: "渡轮 ~ six",
      warnings: [expect.stringContaining("hz-gb-2312")],
    });
  });

  test("a table of all letters does not weigh more than the text around it", () => {
    // Hungarian, and a letter of Latin 2 a line, in DOS's set.
    const dos = Buffer.from(
      "48612076616e20656779206b816c946e206d617070a06e6b2c20616d656c796574206d696e64696720656c8b737a9472206f6c766173756e6b20656c2c20616b6b6f722061206b947665746b657a8b20737afb7282736920737a6162a06c7920617a20656c738b3a206d65676265737a826c8273656b728b6c2c20656d626572748b6c2c2076616c616d656c79696b82748b6c2c20668b6e8b6b2c20737a81726b652c2069648b728b6c2069648b72652c2066656c656c8b732c206b947a7665746c656e816c2c206c6576656c657a8b2e0ab50ab60a8e0a800a900ad30ad60ad70ae00ae20a990ae90a9a0aed0ae10a830a840a870a890a8c0a930aec0ae60ae70aa60aa70aa40a9d0a950a970ab80a9b0a8d0abd0aa50a880a960a980aad0a9c0aab0abe0ae80ac60a910a8f0aac0aa80ab70ad20ad10ae30ad50a8a0afc0ade0aeb0add0aea0ac70a920a860a9f0aa90ad80ad40ad00ae40ae50afd0a850aee0a",
      "hex",
    );
    expect(decodeText(dos).content).toContain("először olvasunk el, akkor a következő szűrési szabály az első");
  });

  test("a quote that begins before a small letter and never ends may be a capital of the Macintosh", () => {
    const text = Buffer.concat([
      Buffer.from("Whether entered text overwrites existing contents\n"),
      Buffer.from(
        "84e0ebe820e2ede5f1e5ede0f2e020e2f0e5e4edeef1f220eceef0e020e4e020e1e8e4e520eff0e8f1f3f2ede020ede020ebe8f1f2e0f2e0",
        "hex",
      ),
      Buffer.from("\nWhether erroneous values are automatically changed\n"),
    ]);
    expect(failure(text)).toMatchObject({ reason: "encoding" });
  });

  // Each is a word in one set, and another word, or none, in the next.
  test.each([
    ["one letter of a DOS text", Buffer.from("B\xf6ttger", "latin1").fill(0x94, 1, 2)],
    ["Greek of DOS", Buffer.from([0x80, 0xac, 0xa8, 0x9a, 0xa0, 0x20, 0xa1, 0xa0, 0xae])],
  ])("two sets come near, or none: %s", (_, bytes) => {
    expect(failure(bytes).reason).toBe("encoding");
  });

  test("the sets of DOS and of old Macintoshes by their names", () => {
    expect(decodeText(Buffer.from([0x81, 0x84]), "cp850").content).toBe("üä");
    expect(decodeText(Buffer.from([0x81, 0x84]), "IBM437").content).toBe("üä");
    expect(decodeText(Buffer.from([0xd8]), "CP852").content).toBe("ě");
    expect(decodeText(Buffer.from([0x8e]), "x-mac-ce").content).toBe("é");
  });

  test("what is not sure is refused, with the byte, its offset and its line, and no wrong advice", () => {
    const error = failure(Buffer.from("one\ntwo \xfc\xfd\xfe \xa4\xb1", "latin1"));
    expect(error.reason).toBe("encoding");
    expect(error.message).toBe(
      "not UTF-8: byte 0xFC at offset 8, line 2, and its character set cannot be told for sure. " +
        "Convert it to UTF-8: iconv -f CHARSET -t UTF-8",
    );
    expect(failure(Buffer.from("overlong \xc0\xaf", "latin1")).message).toContain("offset 9");
    expect(failure(Buffer.from("two \xff\xff", "latin1")).message).toContain("byte 0xFF at offset 4");
    for (const binary of [
      "GIF89a\0\x01",
      "plain ASCII with one\0 NUL in it, as a log may have it ",
      "\x7fELF\x02\x01\x01\0",
    ])
      expect(failure(Buffer.from(binary)).reason).toBe("binary");
  });

  test("UTF-8 that is damaged in a few places, or cut at its end, is UTF-8, and that is said", () => {
    const text = "Grüße aus dem Süden, schöne Grüße für Jürgen\n".repeat(2);
    const mixed = decodeText(Buffer.concat([Buffer.from(text), Buffer.from("Andr\xe9\n", "latin1")]));
    expect(mixed.content).toBe(`${text}Andr\ufffd\n`);
    // A byte stands for three: places are known as lines alone.
    expect(mixed.encoding.name).toBe("multi-byte");
    expect(mixed.warnings).toEqual(["a byte in it is not UTF-8, as all else is: U+FFFD in its place, in line 3"]);
    const cut = decodeText(Buffer.from(`${text}→`).subarray(0, -1));
    expect([cut.content, cut.encoding.name, cut.warnings]).toEqual([
      text,
      "utf-8",
      ["it ends in the middle of a character"],
    ]);
    // As much Latin-1 as UTF-8 is neither.
    const half = Buffer.concat([Buffer.from("Grüße\n"), Buffer.from("Gr\xfc\xdfe, \xa4\xb1\n", "latin1")]);
    expect(failure(half).reason).toBe("encoding");
    // Unless it says what it is.
    const page = Buffer.concat([
      Buffer.from('<meta charset="utf-8">Käse aus Köln, '),
      Buffer.from("caf\xe9.", "latin1"),
    ]);
    expect(decodeText(page).content).toContain("Käse aus Köln, caf\ufffd");
  });

  test("random bytes are not taken for text", () => {
    let seed = 7;
    const random = () => (seed = (seed * 1_103_515_245 + 12_345) & 0x7fff_ffff) >> 16;
    for (const length of [40, 400, 4_000]) {
      for (let i = 0; i < 30; i++) {
        const bytes = Buffer.from(Array.from({ length }, () => random() & 0xff));
        expect(["binary", "encoding"]).toContain(failure(bytes).reason);
      }
    }
  });

  test("windows-1252 on any Node; names as mail and pages spell them", () => {
    expect(decodeStrictly(Buffer.from([0x80, 0x92, 0x9f, 0xe9]), "windows-1252")).toBe("€’Ÿé");
    const names = {
      latin1: "windows-1252",
      "ISO_8859-15": "iso-8859-15",
      cp932: "shift_jis",
      "x-mac-roman": "macintosh",
    };
    for (const [label, charset] of Object.entries(names)) expect(charsetOf(label)).toBe(charset);
    for (const label of ["", "unknown-8bit", "x-user-defined"]) expect(charsetOf(label)).toBeNull();
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
    expect(new Positions("aéc", { name: "single-byte", byteOrderMarkBytes: 0 }).byteAt(2)).toBe(2);
    expect(new Positions("aéc", { name: "multi-byte", byteOrderMarkBytes: 0 }).byteAt(2)).toBeNull();
    expect(new Positions("abc", null).byteAt(2)).toBeNull();
  });
});
