/**
 * Documents for parsers.mjs: one or more of each format, large enough to be timed, the same on every machine.
 *
 * Sentences are of made-up words; archives are put together here, as small as their formats allow. `writeInputs` returns the paths.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { randomNumbers } from "./real-documents.mjs";

const random = randomNumbers(11);
const syllables = "ba ke li mo nu ra se ti vo za fer har lin mon pier quay rope sail".split(" ");
const word = () =>
  Array.from({ length: 1 + Math.floor(random() * 3) }, () => syllables[Math.floor(random() * syllables.length)]).join(
    "",
  );
const words = (count) => Array.from({ length: count }, word).join(" ");
const sentence = () => `${words(12)}, ${words(8)}.`;
const paragraph = () => Array.from({ length: 4 }, sentence).join(" ");
const times = (count, make) => Array.from({ length: count }, (_, index) => make(index)).join("");

const zip = (parts) =>
  zipSync(Object.fromEntries(Object.entries(parts).map(([name, text]) => [name, strToU8(text)])), { level: 1 });
const relations = (list) =>
  `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${list}</Relationships>`;
const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const main = (target) => relations(`<Relationship Id="r1" Type="${office}/officeDocument" Target="${target}"/>`);
const types = (list) => `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">${list}</Types>`;

function docx() {
  const run = (text) => `<w:r><w:rPr><w:lang w:val="en"/></w:rPr><w:t xml:space="preserve">${text}</w:t></w:r>`;
  const cell = () => `<w:tc><w:tcPr/><w:p>${run(words(2))}</w:p></w:tc>`;
  const body = times(
    300,
    (index) =>
      `<w:p><w:pPr><w:pStyle w:val="Heading${1 + (index % 3)}"/></w:pPr>${run(words(4))}</w:p>` +
      times(4, () => `<w:p>${times(6, () => run(`${words(8)} `))}</w:p>`) +
      (index % 5 === 0 ? `<w:tbl>${times(8, () => `<w:tr>${times(4, cell)}</w:tr>`)}</w:tbl>` : ""),
  );
  const styles = times(
    3,
    (index) =>
      `<w:style w:type="paragraph" w:styleId="Heading${index + 1}"><w:name w:val="heading ${index + 1}"/></w:style>`,
  );
  const space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
  return zip({
    "[Content_Types].xml": types(
      '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>',
    ),
    "_rels/.rels": main("word/document.xml"),
    "word/_rels/document.xml.rels": relations(`<Relationship Id="r1" Type="${office}/styles" Target="styles.xml"/>`),
    "word/styles.xml": `<w:styles ${space}>${styles}</w:styles>`,
    "word/document.xml": `<w:document ${space}><w:body>${body}</w:body></w:document>`,
  });
}

function xlsx() {
  const rows = times(4000, (row) => {
    const cells = times(8, (column) => {
      const at = `${"ABCDEFGH"[column]}${row + 1}`;
      if (row === 0 || column < 3) return `<c r="${at}" t="inlineStr"><is><t>${words(2)}</t></is></c>`;
      return `<c r="${at}" s="0"><v>${(random() * 1000).toFixed(2)}</v></c>`;
    });
    return `<row r="${row + 1}">${cells}</row>`;
  });
  const space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
  return zip({
    "[Content_Types].xml": types(
      '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>',
    ),
    "_rels/.rels": main("xl/workbook.xml"),
    "xl/workbook.xml": `<workbook ${space} xmlns:r="${office}"><sheets><sheet name="Stock" sheetId="1" r:id="r1"/></sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": relations(
      `<Relationship Id="r1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/>`,
    ),
    "xl/worksheets/sheet1.xml": `<worksheet ${space}><sheetData>${rows}</sheetData></worksheet>`,
  });
}

function pptx() {
  const space =
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" ' +
    `xmlns:r="${office}"`;
  const shape = (kind, texts) =>
    `<p:sp><p:nvSpPr><p:nvPr><p:ph type="${kind}"/></p:nvPr></p:nvSpPr><p:txBody>${texts.map((text) => `<a:p><a:r><a:t>${text}</a:t></a:r></a:p>`).join("")}</p:txBody></p:sp>`;
  const slides = Array.from(
    { length: 80 },
    () => shape("title", [words(5)]) + shape("body", Array.from({ length: 7 }, sentence)),
  );
  return zip({
    "[Content_Types].xml": types(
      '<Override PartName="/ppt/presentation.xml" ContentType="application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"/>',
    ),
    "_rels/.rels": main("ppt/presentation.xml"),
    "ppt/presentation.xml": `<p:presentation ${space}><p:sldIdLst>${slides.map((_, index) => `<p:sldId id="${256 + index}" r:id="r${index}"/>`).join("")}</p:sldIdLst></p:presentation>`,
    "ppt/_rels/presentation.xml.rels": relations(
      slides
        .map((_, index) => `<Relationship Id="r${index}" Type="${office}/slide" Target="slides/slide${index}.xml"/>`)
        .join(""),
    ),
    ...Object.fromEntries(
      slides.map((shapes, index) => [
        `ppt/slides/slide${index}.xml`,
        `<p:sld ${space}><p:cSld><p:spTree>${shapes}</p:spTree></p:cSld></p:sld>`,
      ]),
    ),
  });
}

function openDocument(mimetype, kind, body) {
  const urn = "urn:oasis:names:tc:opendocument:xmlns";
  const spaces = ["office", "text", "table"].map((name) => `xmlns:${name}="${urn}:${name}:1.0"`).join(" ");
  return zip({
    mimetype: `application/vnd.oasis.opendocument.${mimetype}`,
    "content.xml": `<office:document-content ${spaces} office:version="1.2"><office:body><office:${kind}>${body}</office:${kind}></office:body></office:document-content>`,
  });
}

const odt = () =>
  openDocument(
    "text",
    "text",
    times(
      300,
      () =>
        `<text:h text:outline-level="2">${words(4)}</text:h>${times(5, () => `<text:p><text:span>${sentence()}</text:span> ${paragraph()}</text:p>`)}`,
    ),
  );
const ods = () =>
  openDocument(
    "spreadsheet",
    "spreadsheet",
    `<table:table table:name="Stock">${times(4000, (row) => `<table:table-row>${times(6, (column) => (row === 0 || column < 2 ? `<table:table-cell office:value-type="string"><text:p>${words(2)}</text:p></table:table-cell>` : `<table:table-cell office:value-type="float" office:value="${row}"><text:p>${row}.5</text:p></table:table-cell>`))}</table:table-row>`)}</table:table>`,
  );

const page = (sections) =>
  `<!doctype html><html><head><title>${words(3)}</title></head><body><nav><ul>${times(20, () => `<li><a href="#">${words(2)}</a></li>`)}</ul></nav><main>` +
  times(
    sections,
    (index) =>
      `<h2 id="s${index}">${words(4)}</h2>\n<p>${sentence()} <a href="#">${words(2)}</a> &amp; <code>${word()}</code> ${paragraph()}</p>\n<p>${paragraph()}</p>\n<ul>\n<li>${sentence()}</li>\n<li>${sentence()}</li>\n</ul>\n` +
      (index % 6 === 0
        ? `<pre>${times(10, () => `  ${words(5)}\n`)}</pre><table>${times(6, () => `<tr>${times(4, () => `<td>${words(2)}</td>`)}</tr>\n`)}</table>\n`
        : ""),
  ) +
  "</main></body></html>\n";

function epub() {
  const chapters = Array.from({ length: 30 }, (_, index) => [
    `c${index}.xhtml`,
    `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>${words(2)}</title></head><body><h1>${words(3)}</h1>${times(40, () => `<p>${paragraph()}</p>\n`)}</body></html>`,
  ]);
  return zip({
    mimetype: "application/epub+zip",
    "META-INF/container.xml":
      '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>',
    "book.opf": `<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Sea</dc:title></metadata><manifest>${chapters.map(([name]) => `<item id="${name}" href="${name}" media-type="application/xhtml+xml"/>`).join("")}</manifest><spine>${chapters.map(([name]) => `<itemref idref="${name}"/>`).join("")}</spine></package>`,
    ...Object.fromEntries(chapters),
  });
}

const markdown = () =>
  times(
    400,
    (index) =>
      `${"#".repeat(1 + (index % 3))} ${words(4)}\n\n${paragraph()}\n\n- ${sentence()}\n- ${sentence()}\n\n${paragraph()} [${words(2)}](#x) \`${word()}\`\n\n${index % 4 === 0 ? `\`\`\`js\n${times(8, () => `const ${word()} = "${words(3)}";\n`)}\`\`\`\n\n| ${word()} | ${word()} |\n| --- | --- |\n| ${words(2)} | ${words(3)} |\n\n` : ""}`,
  );

const notebook = () =>
  JSON.stringify(
    {
      nbformat: 4,
      nbformat_minor: 5,
      metadata: { kernelspec: { language: "python" } },
      cells: Array.from({ length: 400 }, (_, index) =>
        index % 2 === 0
          ? { cell_type: "markdown", metadata: {}, source: [`## ${words(4)}\n`, "\n", `${paragraph()}\n`, sentence()] }
          : {
              cell_type: "code",
              metadata: {},
              execution_count: index,
              source: Array.from({ length: 6 }, () => `${word()} = ${word()}("${words(3)}")\n`),
              outputs: [
                { output_type: "stream", name: "stdout", text: Array.from({ length: 5 }, () => `${words(5)}\n`) },
              ],
            },
      ),
    },
    null,
    1,
  );

const record = (index) => ({
  id: index,
  name: words(2),
  text: paragraph(),
  tags: [word(), word()],
  place: { city: word(), berth: index % 40 },
});
const message = (index) =>
  `From ann@example.org Mon Jun  3 07:12:00 2024\nFrom: Ann <ann@example.org>\nTo: bo@example.org\nSubject: ${words(4)}\nMessage-ID: <${index}@example.org>\nContent-Type: text/plain; charset=utf-8\n\n${times(4, () => `${sentence()}\n${sentence()}\n\n`)}\n`;

/** Writes one file of each kind below `folder`. */
export function writeInputs(folder) {
  const inputs = {
    "words.docx": docx(),
    "sheet.xlsx": xlsx(),
    "slides.pptx": pptx(),
    "words.odt": odt(),
    "sheet.ods": ods(),
    "book.epub": epub(),
    "page.html": page(250),
    "small-page.html": page(12),
    "notes.md": markdown(),
    "plain.txt": times(2000, () => `${paragraph()}\n\n`),
    "notebook.ipynb": notebook(),
    "records.json": JSON.stringify(
      Array.from({ length: 800 }, (_, index) => record(index)),
      null,
      2,
    ),
    "one-line.json": JSON.stringify(Array.from({ length: 800 }, (_, index) => record(index))),
    "records.jsonl": times(800, (index) => `${JSON.stringify(record(index))}\n`),
    "rows.csv": `name,text,city,count\n${times(5000, (index) => `${words(2)},"${words(5)}, ${words(4)}",${word()},${index}\n`)}`,
    "mail.mbox": times(200, message),
    "message.eml": message(1).slice(message(1).indexOf("\n") + 1),
    "code.ts": times(
      300,
      () =>
        `/** ${sentence()} */\nexport function ${word()}${word()}(${word()}: string): string {\n  const ${word()} = "${words(3)}";\n  return ${word()};\n}\n\n`,
    ),
    "code.py": times(
      300,
      () => `def ${word()}${word()}(x):\n    """${sentence()}"""\n    return x + "${words(3)}"\n\n`,
    ),
  };
  mkdirSync(folder, { recursive: true });
  return Object.entries(inputs).map(([name, content]) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  });
}
