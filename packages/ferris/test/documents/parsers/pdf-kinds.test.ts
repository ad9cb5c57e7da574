/** PDF: one small file for each kind of thing that producers do to text, and what a reader would say that it holds. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { outline } from "../support/outline.ts";

const harbour =
  "The harbour master opens the lock at six in the morning and closes it again at nine in the evening, except on Sundays, when the lock stays shut until noon and nobody may pass without a written permit.";

async function read(name: string) {
  return parseDocument(
    `/somewhere/${name}.pdf`,
    readFileSync(new URL(`../../fixtures/pdf/${name}.pdf`, import.meta.url)),
  );
}

/** Lam-alef ligatures, brackets, numbers and Latin words in Arabic and Hebrew text, and the other way round. */
const rightToLeft = [
  "heading [1: دليل الملاحة] دليل الملاحة",
  "prose [1: دليل الملاحة] لا يجوز للسفن الدخول إلى الميناء (الشمالي) بعد الساعة 18:45 إلا بإذن خطي. السلام عليكم، والأسعار من 1.250,50 إلى 3.000 دولار في 2024/05/06.",
  "prose [1: دليل الملاحة] يستخدم القبطان نظام GPS Navigator 12 للملاحة والإبحار ليلا بنسبة 15% من الوقت.",
  "heading [1: دليل الملاحة > לוח ההפלגות] לוח ההפלגות",
  'prose [1: دليل الملاحة > לוח ההפלגות] האונייה "אורורה" (מברגן) יוצאת ב-7:30 מרציף A2, ומגיעה אחרי 45 דקות. המחיר הוא 12.50 ש"ח או 3,000 דולר.',
  "prose [1: دليل الملاحة > לוח ההפלגות] The Hebrew word for ship is אונייה and the Arabic one is سفينة, as every sailor knows.",
];

const responsibilities = [
  "heading [1: Contents > Responsibilities] Responsibilities",
  "prose [1: Contents > Responsibilities] Everybody who has ever maintained a centrifugal pump understands that the replacement of mechanical seals is responsible for considerable expenditure. Nevertheless, comparatively little experimental investigation concerning contamination has been undertaken internationally, notwithstanding extraordinarily unfavourable circumstances in saltwater installations.",
  "prose [1: Contents > Responsibilities] Administrative representatives of neighbouring municipalities unanimously recommended comprehensive documentation of environmental characteristics, and unrepresentative observations were subsequently eliminated. The superintendent's responsibilities include communication with international organisations, meteorological observation, and the interpretation of hydrographical measurements throughout the navigational season.",
  "heading [1: Contents > Programs] Programs",
  "prose [1: Contents > Programs] Tie up the boat:",
  "code [1: Contents > Programs] for (const line of lines) {\n    if (line.isFree) {\n        boat.tie(line);\n    }\n}",
  "prose [1: Contents > Programs] And then go home.",
];
const prices = [
  "prose [1: Contents > Programs] SPECIMEN",
  "heading [2: Contents > Prices] Prices",
  "table [2: Contents > Prices] Berth: A1; Length: 12 m; Price per night: € 45.00",
  "table [2: Contents > Prices] Berth: B2 with electricity and water; Length: 20 m; Price per night: € 80.00",
  "prose [2: Contents > Prices] Prices hold until the end of the season; children under the age of twelve stay for nothing at all, and so do dogs of any size that are kept on a lead.",
];

describe("PDF kinds: the whole of what is read", () => {
  const cases: Readonly<Record<string, readonly string[]>> = {
    // A program longer than the text around it, which is no reason to take the text for headings.
    "short-program": [
      "heading [1: Mooring] Mooring",
      "prose [1: Mooring] Text before.",
      "code [1: Mooring] def moor(boat, lines):\n    for line in lines:\n        if not tie(boat, line):\n            return False\n    return True",
      "prose [1: Mooring] Text after.",
    ],
    // Texts that stand a few degrees askew, each its own way.
    tilted: [
      "prose [1: ] In the twenty-first century the seas remain an unforgiving environment. As a naval architect you will produce vessels that carry people and cargo great distances across the watery depths.",
      "prose [1: ] Pick a major",
      "prose [1: ] You might also help to design other products: shoes, light bulbs and even doors. Your degree is an entry to many areas of engineering.",
    ],
    // A value stays whole where columns stand below it.
    "form-columns": [
      "table [1: ] Vessel name | Borealis of Oslo",
      "table [1: ] Flag | Norway",
      "table [1: ] Insured ☒",
      "table [1: ] Class | ☒ A ☐ B",
    ],
    // Reading order.
    "arabic-chromium": [
      "heading [1: جدول المد والجزر] جدول المد والجزر",
      "prose [1: جدول المد والجزر] تغادر العبارة الرصيف الشمالي في الساعة 7:30 صباحا وتعود عند الظهر مع 25 سيارة.",
      "heading [1: جدول المد والجزر > לוח זמנים] לוח זמנים",
      "prose [1: جدول المد والجزر > לוח זמנים] המעבורת יוצאת מהרציף הצפוני בשעה 7:30 בבוקר וחוזרת בצהריים עם 25 מכוניות. שלום (עולם) ABC.",
      "table [1: جدول المد والجزر > לוח זמנים] يوم: الاثنين; وقت: 04:12",
      "table [1: جدول المد والجزر > לוח זמנים] يوم: الثلاثاء; وقت: 05:01",
    ],
    "rtl-chromium": rightToLeft,
    "rtl-weasyprint": rightToLeft,
    "rtl-libreoffice": rightToLeft
      .slice(1)
      .map((line) => line.replace("[1: دليل الملاحة", "[1: ").replace("[1:  > ", "[1: ")),
    "vertical-japanese": [
      "heading [1: 旅行の記録] 旅行の記録",
      "prose [1: 旅行の記録] 吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。何でも薄暗いじめじめした所でニャーニャー泣いていた事だけは記憶している。",
    ],
    "vertical-chromium": [
      "heading [1: 海の記録] 海の記録",
      "prose [1: 海の記録] 昨日、第25番の船が港に着いた。船長はAuroraという名の老人で、長い航海の話をしてくれた。",
      "prose [1: 海の記録] 次の日は雨が降り、灯台の光も見えなかった。漁師たちは網を直しながら、静かに天気の良くなるのを待っていた。",
    ],
    // Fonts that are not in the file, by pdf.js's tables of characters.
    "cid-vertical": ["prose [1: ] 昨日、第三番の船が港に着いた。船長は老人で、長い航海の話をしてくれた。"],
    "cid-horizontal": [
      "prose [1: ] 灯台の光も見えなかった。",
      "prose [1: ] 灯塔的光也看不见了。",
      "prose [1: ] 등대의 불빛도 보이지 않았다.",
    ],
    "rotated-table": [
      "heading [1: Tide table] Tide table",
      `prose [1: Tide table] ${harbour}`,
      "table [1: Tide table] Day: Monday; High: 04:12; Low: 10:30",
      "table [1: Tide table] Day: Tuesday; High: 05:01; Low: 11:20",
      "table [1: Tide table] Day: Wednesday; High: 05:50; Low: 12:10",
    ],
    "rotated-mixed": [
      `prose [1: ] ${harbour}`,
      "prose [1: ] Chart of tides, volume two",
      "heading [2: Berths] Berths",
      "table [2: Berths] Berth: A1; Length: 40; Depth: 6.5",
      "table [2: Berths] Berth: A2; Length: 55; Depth: 7.0",
      "table [2: Berths] Berth: B1; Length: 80; Depth: 9.5",
      `prose [3: Berths] ${harbour}`,
    ],
    // Drawn twice.
    "fake-bold": ["prose [1: ] Name: Aurora"],
    "bold-line": [
      "prose [1: ] Warning: deep water ahead Keep a good lookout at all times.",
      "heading [1: All hands on deck] All hands on deck",
      `prose [1: All hands on deck] ${harbour}`,
    ],
    // Letters that are set apart, and letters of one width.
    tracked: [
      "heading [1: HARBOUR RULES] HARBOUR RULES",
      `prose [1: HARBOUR RULES] ${harbour}`,
      "prose [1: HARBOUR RULES] set apart for emphasis, as German printers did",
    ],
    "code-listing": [
      "prose [1: ] The following routine moors a boat and is explained in section two.",
      "code [1: ] 1  int moor(Boat boat, int lines) {\n2      for (int i = 0; i < lines; ++i) {\n3          result = tie(boat, i);\n4      }\n5      return result;\n6  }",
      "prose [1: ] Listing 1: mooring.",
    ],
    "mono-code": [
      "prose [1: ] The following function moors a boat. It returns the number of lines that were used for it, and never more than the boat has cleats.",
      "code [1: ] def moor(boat, lines):\n    used = 0\n    for line in lines:\n        if line.is_free():\n            boat.tie(line)\n            used += 1\n\n    return used  # never more than len(lines)",
      "prose [1: ] Call it once for each boat.",
      "code [1: ] $ moor --all",
    ],
    typewriter: [
      "prose [1: ] Dear Madam,",
      "prose [1: ] we have received your letter of the third of May in which you asked for a berth for the summer. We are sorry to say that all of the berths are taken until September, but we shall let you know if one becomes free before that.",
      "prose [1: ] With kind regards, the harbour master",
    ],
    // Justified narrow columns, a program, a table, running heads of two pages, a stamp: by two programs.
    "handbook-weasyprint": [
      "heading [1: Contents] Contents",
      "list [1: Contents] Chapter one: the responsibilities of the harbourmaster … 1\nChapter two: programs … 1\nChapter three: prices … 2",
      ...responsibilities,
      "prose [1: Contents > Programs] Harbour Handbook",
      ...prices,
    ],
    "handbook-chromium": [
      "prose [1: ] Harbour Handbook",
      "heading [1: Contents] Contents",
      "prose [1: Contents] Chapter one: the responsibilities of the harbourmaster Chapter two: programs Chapter three: prices",
      ...responsibilities,
      ...prices,
    ],
    // Tables of contents.
    "dot-leaders": [
      "heading [1: Table of Contents] Table of Contents",
      expect.stringMatching(
        /^list \[1: Table of Contents\] 1\. Mooring lines … 3\n2\. Fenders … 5\n(?:.* … \d+\n){17}20\. Insurance … 41$/,
      ),
      "heading [2: 1. Mooring lines] 1. Mooring lines",
      "prose [2: 1. Mooring lines] Use two spring lines and check them at every tide.",
    ],
    leaders: [
      "heading [1: Contents] Contents",
      "list [1: Contents] 1 Mooring … 3\n1.1 Lines … 7\n1.2 Fenders … 11\n2 The pier … 15\n2.1 Lamps at night … 19\n3 Ice … 23\n4 A very long title of a chapter that goes on and on until it does not fit on the line any more … 31",
      "prose [1: Contents] Name: … Date: …",
      "prose [1: Contents] Wait … what? The rope is 3.5 m long.",
    ],
    // Forms, notes, files.
    "form-values": [
      "prose [1: ] Mooring permit",
      "prose [1: ] Name of the vessel: Aurora of Bergen",
      "prose [1: ] Insured: ☒",
    ],
    "form-kinds": [
      "prose [1: ] Berth application",
      "prose [1: ] Skipper Ingrid Dahl",
      "prose [1: ] Type of boat Ketch",
      "prose [1: ] ☒ Has insurance",
      "prose [1: ] ☐ Needs power",
      "prose [1: ] ☐ Cash ☒ Card",
      // A password is no text, whoever typed it.
      "list [1: ] Remarks: Arrives late Please keep the light on",
    ],
    annotations: [
      "prose [1: ] Contract draft",
      "prose [1: ] The penalty clause must go",
      "prose [1: ] Call the notary on Monday",
    ],
    attachment: [
      "prose [1: ] Cover page",
      "metadata [Attachment: minutes.txt] Attachment: minutes.txt",
      "prose [Attachment: minutes.txt] The crane inspection moved to Thursday",
    ],
    // Hyphens.
    "soft-hyphen-line-end": ["prose [1: ] The efficient office fleet kept an electromagnet and “quotes” — €5."],
    "hyphen-kinds": [
      "prose [1: ] Every ship needs an electromagnet for the com-pass and its transmission, and a well\u2010known captain.",
    ],
    "hyphen-column": [
      expect.stringMatching(
        /found that the documentation of the repairs was incomplete and asked for new papers within a month\.$/,
      ),
    ],
    "hyphen-over-page": [
      expect.stringMatching(/^prose \[1: \] Row 0 /),
      "prose [1: ] The inspector demanded the immediate decommissioning",
      "prose [2: ] of the old crane near the mill, and the crew agreed.",
    ],
    // Stamps.
    watermark: [`prose [1: ] ${harbour}`, "prose [1: ] DRAFT"],
    ...Object.fromEntries(
      ["first", "middle", "last"].map((when) => [
        `watermark-${when}`,
        [`prose [1: ] ${harbour}`, "prose [1: ] COPY", `prose [2: ] ${harbour.replaceAll(" lock", " gate")}`],
      ]),
    ),
  };
  test.each(Object.entries(cases))("%s", async (name, expected) => {
    const document = await read(name);
    expect(outline(document)).toEqual(expected);
    expect(document.warnings).toEqual([]);
  });
});

test("a word that a page's end cuts is whole, under running heads and above page numbers", async () => {
  const { content } = await read("hyphen-page-heads");
  expect(content.match(/decommissioning/g)).toHaveLength(5);
  expect(content).not.toMatch(/^sioning/m);
  expect(content.match(/Harbour Gazette/g)).toHaveLength(1);
});

test("fonts that do not say their letters are named, not indexed", async () => {
  await expect(read("no-unicode-map")).rejects.toMatchObject({
    reason: "no text",
    message: expect.stringContaining("fonts without letters"),
  });
});
