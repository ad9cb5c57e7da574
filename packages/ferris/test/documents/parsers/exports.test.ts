/** What programs export of a person's notes, mail, bookmarks and chats: each as the program writes it, by hand where that is plain text. */
import { gzipSync } from "node:zlib";
import { strToU8, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { outline } from "../support/outline.ts";
import { tarOf } from "../support/tar.ts";

async function read(path: string, text: string | Uint8Array): Promise<string[]> {
  return outline(await parseDocument(path, typeof text === "string" ? Buffer.from(text) : text));
}

async function reason(path: string, bytes: Uint8Array): Promise<string> {
  return parseDocument(path, bytes).then(
    () => "none",
    (error: { reason: string }) => error.reason,
  );
}

test("bookmarks keep their folders and addresses, also behind a folder that ends", async () => {
  const html = `<!DOCTYPE NETSCAPE-Bookmark-file-1>
<!-- This is an automatically generated file. -->
<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">
<TITLE>Bookmarks</TITLE>
<H1>Bookmarks</H1>
<DL><p>
    <DT><H3 PERSONAL_TOOLBAR_FOLDER="true">Bar</H3>
    <DL><p>
        <DT><A HREF="https://example.org/tides?a=1&amp;b=2" ICON="data:image/png;base64,iVBO" TAGS="sea,moon">Tides</A>
        <DD>Official page
        <DT><H3>Recipes</H3>
        <DL><p>
            <DT><A HREF="javascript:void(0)">Soup</A>
        </DL><p>
    </DL><p>
    <DT><A HREF="https://example.org/crane">Crane</A>
</DL><p>
`;
  const document = await parseDocument("/bookmarks.html", Buffer.from(html));
  expect(document.type).toBe("bookmarks");
  expect(outline(document)).toEqual([
    "heading [Bookmarks] Bookmarks",
    "heading [Bookmarks > Bar] Bar",
    "list [Bookmarks > Bar] Tides https://example.org/tides?a=1&b=2, sea,moon",
    "list [Bookmarks > Bar] Official page",
    "heading [Bookmarks > Bar > Recipes] Recipes",
    "list [Bookmarks > Bar > Recipes] Soup",
    "list [Bookmarks] Crane https://example.org/crane",
  ]);
  expect(document.blocks.map(({ source }) => source!.startLine)).toEqual([5, 7, 9, 10, 11, 13, 16]);
});

describe("mailboxes whose messages say how long they are", () => {
  const message = (length: number) => `From ann@example.org Mon Jun  3 07:12:00 2024
From: ann@example.org
Subject: First
Content-Length: ${length}

The pier is closed.

From bo@example.org Mon Jun  3 08:00:00 2024
Subject: quoted in the first

still the first

From bo@example.org Mon Jun  3 09:00:00 2024
From: bo@example.org
Subject: Second

The second.
`;

  test("lines that start with From are text within that length", async () => {
    expect(await read("/cl.mbox", message(112))).toEqual([
      "heading [First] First",
      "metadata [First] From: ann@example.org",
      "prose [First] The pier is closed.\n\nFrom bo@example.org Mon Jun  3 08:00:00 2024\nSubject: quoted in the first\n\nstill the first",
      "heading [Second] Second",
      "metadata [Second] From: bo@example.org",
      "prose [Second] The second.",
    ]);
  });

  test.each([0, 30, 100_000])("a length of %i, which leads nowhere, is not believed", async (length) => {
    const headings = (await read("/cl.mbox", message(length))).filter((line) => line.startsWith("heading"));
    expect(headings).toHaveLength(3);
  });
});

test("files in Evernote's notes are read below their note, pictures are not", async () => {
  const note = (title: string, files: string) =>
    `<note><title>${title}</title><content><![CDATA[<en-note><div>The note ${title}.</div></en-note>]]></content>${files}</note>\n`;
  const file = (mime: string, name: string, text: string) =>
    `<resource><data encoding="base64">\n${Buffer.from(text).toString("base64")}\n</data><mime>${mime}</mime><resource-attributes><file-name>${name}</file-name></resource-attributes></resource>`;
  const enex = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE en-export SYSTEM "http://xml.evernote.com/pub/evernote-export4.dtd">
<en-export application="Evernote">
${note("Ropes", file("text/plain", "list.txt", "Buy the blue rope.") + file("image/png", "a.png", "no picture") + file("application/pdf", "broken.pdf", "no PDF"))}${note("Knots", "")}</en-export>`;
  const document = await parseDocument("/notes.enex", Buffer.from(enex));
  expect(outline(document)).toEqual([
    "heading [Ropes] Ropes",
    "prose [Ropes] The note Ropes.",
    "heading [Ropes > list.txt] list.txt",
    "prose [Ropes > list.txt] Buy the blue rope.",
    "heading [Knots] Knots",
    "prose [Knots] The note Knots.",
  ]);
  expect(document.blocks[3]!.source).toMatchObject({ startLine: 4, endLine: 6 });
  expect(document.warnings).toEqual([expect.stringMatching(/^broken\.pdf in it was not read: /)]);
});

describe("Joplin's notes", () => {
  const fields = (type: number) =>
    `id: 0123456789abcdef0123456789abcdef\nparent_id: \ncreated_time: 2024-06-03T07:12:00.000Z\nlatitude: 0.00000000\nauthor: Ann Berg\nsource_url: \ntype_: ${type}`;

  test("have a title, and of their fields those that say something", async () => {
    expect(await read("/0123.md", `Ropes\n\nSplice the line.\n\n## Sizes\n\nEight.\n\n${fields(1)}`)).toEqual([
      "heading [Ropes] Ropes\n",
      "prose [Ropes] \nSplice the line.\n\n",
      "heading [Ropes > Sizes] ## Sizes\n\n",
      "prose [Ropes > Sizes] Eight.\n\n",
      "metadata [Ropes > Sizes] created_time: 2024-06-03T07:12:00.000Z\n",
      "metadata [Ropes > Sizes] author: Ann Berg\n",
    ]);
  });

  test("in an archive (.jex) stand under their titles; what joins a tag to a note says nothing", async () => {
    const jex = tarOf({
      "0123456789abcdef0123456789abcdef.md": `Ropes\n\nSplice the line.\n\n${fields(1)}`,
      "1123456789abcdef0123456789abcdef.md": fields(6).replace(/^(?:created|author).*\n/gm, ""),
    });
    expect((await read("/notes.jex", jex)).slice(0, 2)).toEqual([
      "heading [Ropes] Ropes",
      "prose [Ropes] Splice the line.",
    ]);
  });

  test("a note that ends in fields of its own is any other Markdown", async () => {
    expect(await read("/a.md", "Ropes\n\ntype_: 1")).toEqual(["prose [] Ropes\n\n", "prose [] type_: 1"]);
  });
});

test("of Obsidian's drawings the words are read, and not the packed drawing", async () => {
  const packed =
    "N4KAkARALgngDgUwgLgAQQQDwMYEMA2AlgCYBOuA7hADTgQBuCpAzoQPYB2KqATLZMzYBXUtiRoIACyhQ4zZAHoFAc0JRJQgEYA6bGwC2CgF7N6hbEcK4OCtptbErHALRY8RMpWdx8Q1TdIEfARcZgRmBShcZQUebQBWbQBGGjoghH0EDihmbgBtcDBQMBKIEm4ILAB5AHYAZQBmBJTIWEQKwOwojmVg1shMbgA2eIAWRoAObUmklKG";
  const text = `# Excalidraw Data\n## Text Elements\nThe capybara dock ^abc12345\n\n%%\n## Drawing\n\`\`\`compressed-json\n${packed}\n\n${packed}\n\`\`\`\n%%\n`;
  const { content, blocks } = await parseDocument("/dock.excalidraw.md", Buffer.from(text));
  const said = blocks.map(({ start, end }) => content.slice(start, end)).join("");
  expect(said).toContain("capybara dock");
  expect(said).not.toContain("N4KAk");
});

test("a chat's name above a page without headings is text; a page's header beside its title is none", async () => {
  const page = (body: string) =>
    `<html><head><title>Exported Data</title></head><body><div class="page_wrap"><div class="page_header"><div class="text bold">Harbour group</div></div>${body}</div></body></html>`;
  const message =
    '<div class="history"><div class="message"><div class="text">The boat is in, and the crew is on its way.</div></div></div>';
  expect(await read("/messages.html", page(message))).toEqual([
    "prose [] Harbour group",
    "prose [] The boat is in, and the crew is on its way.",
  ]);
  expect((await read("/messages.html", page(`<h1>Boats</h1>${message}`))).join()).not.toContain("Harbour group");
});

describe("tar files", () => {
  test("the documents in them, packed or not, with long names of either kind", async () => {
    const long = `${"folder-of-a-person/".repeat(8)}letter.txt`;
    const pax = `${"Ordner-ä/".repeat(20)}brief.txt`;
    const tar = tarOf(
      { "a/one.md": "# One\n\nThe first.", [long]: "The long one.", [pax]: "Der lange Brief.", "x.py": "print(1)" },
      { pax: [pax] },
    );
    const expected = [
      "heading [a/one.md > One] One",
      "prose [a/one.md > One] The first.",
      `prose [${long}] The long one.`,
      `prose [${pax}] Der lange Brief.`,
    ];
    expect(await read("/papers.tar", tar)).toEqual(expected);
    expect(await read("/papers.tgz", gzipSync(tar))).toEqual(expected);
    expect(await read("/papers.tar.gz", gzipSync(tar))).toEqual(expected);
  });

  test("what is damaged or no tar file is named, at whatever byte", async () => {
    const tar = tarOf({ "one.txt": "The first. ".repeat(100), "two.txt": "The second." });
    expect(await reason("/a.tar", Buffer.from("no tar file at all".repeat(100)))).toBe("damaged");
    expect(await reason("/a.tar", tar.subarray(0, 500))).toBe("damaged");
    for (let at = 0; at < tar.length; at += 97) {
      const broken = Buffer.from(tar);
      broken[at]! ^= 0xff;
      expect(["none", "damaged", "encoding", "binary"]).toContain(await reason("/a.tar", broken));
    }
  });
});

test("what is said of a file in an archive is said of the archive", async () => {
  const latin = Buffer.from(
    "Caf\xe9 du port, tr\xe8s agr\xe9able, o\xf9 l'on mange des cr\xeapes \xe0 toute heure.",
    "latin1",
  );
  const { warnings } = await parseDocument("/a.zip", zipSync({ "menu.txt": latin, "b.txt": strToU8("fine") }));
  expect(warnings).toEqual([expect.stringMatching(/^menu\.txt in it: declares no character set/)]);
});

test("what Evernote calls its files is the whole of other documents", async () => {
  const xml =
    '<resource xmlns="http://datacite.org/schema/kernel-4"><titles><title>Tides of the harbour</title></titles></resource>';
  expect((await read("/dataset.xml", xml)).join("\n")).toContain("Tides of the harbour");
});

test("a document of Pages within an archive does not stand for the rest of it", async () => {
  const file = zipSync({
    "notes.txt": strToU8("The pier is closed.\n"),
    "Report.pages/Index/Document.iwa": strToU8("packed"),
  });
  expect(await read("/papers.zip", file)).toContainEqual(expect.stringContaining("The pier is closed."));
});

test("nothing follows a link in a tar file, whatever its size", async () => {
  const tar = tarOf({ "link.txt": "x", "notes.txt": "The pier is closed.\n" });
  const link = tar.subarray(0, 512);
  const sum = Number.parseInt(link.toString("latin1", 148, 154), 8);
  link.write("1", 156);
  link.write((sum + 1).toString(8).padStart(6, "0"), 148);
  // Its header, and what stands behind the file that it was.
  const file = Buffer.concat([link, tar.subarray(1024)]);
  expect(await read("/papers.tar", file)).toEqual(["prose [notes.txt] The pier is closed."]);
});

test("files of a note that are too many to be read are counted", async () => {
  const file = '<resource><data encoding="base64">aGk=</data><mime>text/plain</mime></resource>';
  const enex = `<en-export><note><title>Ropes</title>${file.repeat(203)}</note></en-export>`;
  const { warnings } = await parseDocument("/notes.enex", Buffer.from(enex));
  expect(warnings).toContainEqual(expect.stringContaining("3 files of a note were not read"));
});
