/** Forms of pages that were filled in and saved, and what a page shows on lines of its own by its style, not by its elements. */
import { describe, expect, test } from "vitest";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { outline } from "../support/outline.ts";

describe("forms that were filled in", () => {
  const page = (body: string) =>
    parseDocument("/a.html", Buffer.from(`<title>T</title><body><h1>H</h1><p>${"Words. ".repeat(60)}</p>${body}`));

  test("what is typed, chosen and ticked is said beside its label", async () => {
    const document = await page(
      "<form><table><tr><th>Vessel<td><input name=a value='Aurora of Bergen'></tr><tr><th>Port<td><select><option>Oslo<option selected>Bergen</select></tr></table>" +
        "<label>Remarks<textarea>Fog &amp; rain</textarea></label><p><input type=checkbox checked> paid <input type=radio> not paid</p>" +
        "<input type=hidden value=secret1><input type=password value=secret2><input type=submit value=Send></form>",
    );
    expect(outline(document).slice(2)).toEqual([
      "table [H] Vessel: Aurora of Bergen",
      "table [H] Port: Bergen",
      "prose [H] Remarks Fog & rain",
      "prose [H] ☒ paid ☐ not paid",
    ]);
  });

  test("task lists have their ticks; fields that work the page are none", async () => {
    const document = await page(
      "<ul><li><input type=checkbox disabled checked> rope<li><input type=checkbox disabled> tar</ul><input type=checkbox id=menu><div><input value=copied></div><select><option selected>v2</select>",
    );
    expect(outline(document).slice(2)).toEqual(["list [H] - ☒ rope", "list [H] - ☐ tar"]);
  });
});

test("what a style shows on a line of its own stands on one", async () => {
  const document = await parseDocument(
    "/a.html",
    Buffer.from(
      "<h2>A<span style='display:block'>B</span>C</h2><p><span style='color:red; DISPLAY : flex'>one</span><span style='display:block'>two</span><b style='display:inline-block'>thr</b>ee</p>",
    ),
  );
  expect(outline(document)).toEqual([
    "heading [A B C] A B C",
    "prose [A B C] one",
    "prose [A B C] two",
    "prose [A B C] three",
  ]);
});

test("a table with names of its columns that has tables in its cells is a table", async () => {
  const document = await parseDocument(
    "/a.html",
    Buffer.from(
      "<table><tr><th>Name<th>Age</tr><tr><td>Bo<table><tr><td>cook<td>mate</tr></table></td><td>4</td></tr></table>",
    ),
  );
  expect(outline(document)).toEqual(["table [] Name: Bo cook mate; Age: 4"]);
});

test("what was there before a change and what is there now are two words", async () => {
  const document = await parseDocument(
    "/a.html",
    Buffer.from(
      "<h2>The <del>old</del><ins>new</ins> pier</h2><p>A <s>grey</s><ins>white</ins>washed col<del>o</del>r <ins>at</ins><ins>once</ins></p>",
    ),
  );
  expect(outline(document)).toEqual([
    "heading [The old new pier] The old new pier",
    "prose [The old new pier] A grey whitewashed color atonce",
  ]);
});

test("a saved page of Safari whose list is XML", async () => {
  const page = Buffer.from("<title>T</title><p>Stra\xdfe am Hafen</p>", "latin1")
    .toString("base64")
    .replace(/.{20}/g, "$&\n\t\t");
  const list = (data: string) =>
    `<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://x">\n<plist version="1.0"><dict><key>WebMainResource</key><dict>${data}<key>WebResourceMIMEType</key><string>text/html</string><key>WebResourceTextEncodingName</key><string>windows-1252</string></dict></dict></plist>`;
  const document = await parseDocument(
    "/a.webarchive",
    Buffer.from(list(`<key>WebResourceData</key><data>\n${page}\n</data>`)),
  );
  expect([document.title, outline(document)]).toEqual(["T", ["prose [] Straße am Hafen"]]);
  for (const broken of ["<?xml version='1.0'?><plist/>", "<?xml version='1.0'?><a/>", list("<array>".repeat(500))])
    await expect(parseDocument("/a.webarchive", Buffer.from(broken))).rejects.toMatchObject({ reason: "damaged" });
});
