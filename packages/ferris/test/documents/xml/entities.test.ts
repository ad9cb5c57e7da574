/** Entities that a document declares: none is fetched, none is multiplied. Word's and OpenDocument's packages, SVG and EPUB's parts alike go through one reader of XML. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { afterAll, expect, test } from "vitest";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { outline } from "../support/outline.ts";

const folder = mkdtempSync(join(tmpdir(), "entities-"));
afterAll(() => rmSync(folder, { recursive: true }));
const secret = join(folder, "secret.txt");
writeFileSync(secret, "the secret of another file");

const w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0";
const text = "urn:oasis:names:tc:opendocument:xmlns:text:1.0";

/** Documents of one paragraph, with a DOCTYPE before their root. */
const documents: Record<string, (doctype: string, body: string) => Uint8Array> = {
  "letter.docx": (doctype, body) =>
    zipSync({
      "[Content_Types].xml": strToU8("<Types/>"),
      "word/document.xml": strToU8(
        `<?xml version="1.0"?>${doctype}<w:document xmlns:w="${w}"><w:body><w:p><w:r><w:t>Before ${body} after</w:t></w:r></w:p></w:body></w:document>`,
      ),
    }),
  "letter.odt": (doctype, body) =>
    zipSync({
      mimetype: strToU8("application/vnd.oasis.opendocument.text"),
      "content.xml": strToU8(
        `<?xml version="1.0"?>${doctype}<office:document-content xmlns:office="${office}" xmlns:text="${text}"><office:body><office:text><text:p>Before ${body} after</text:p></office:text></office:body></office:document-content>`,
      ),
    }),
  "drawing.svg": (doctype, body) =>
    strToU8(
      `<?xml version="1.0"?>${doctype}<svg xmlns="http://www.w3.org/2000/svg"><text>Before ${body} after</text></svg>`,
    ),
};

test.each(Object.keys(documents))("%s: an entity that names a file is not read", async (name) => {
  for (const system of [`file://${secret}`, secret, "http://127.0.0.1:9/"]) {
    const document = await parseDocument(
      `/${name}`,
      documents[name](`<!DOCTYPE x [<!ENTITY e SYSTEM "${system}">]>`, "&e;"),
    );
    expect(outline(document).join("\n")).toContain("Before");
    expect(outline(document).join("\n")).not.toContain("secret");
  }
});

test.each(Object.keys(documents))("%s: entities of entities are not multiplied", async (name) => {
  const levels = Array.from({ length: 12 }, (_, level) => {
    const inside = level === 0 ? "lol" : `&e${level - 1};`.repeat(10);
    return `<!ENTITY e${level} "${inside}">`;
  });
  const document = await parseDocument(`/${name}`, documents[name](`<!DOCTYPE x [${levels.join("")}]>`, "&e11;"));
  expect(outline(document).join("\n")).toContain("Before");
  expect(outline(document).join("\n").length).toBeLessThan(2000);
});
