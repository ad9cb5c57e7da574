/** Entities that XML and XHTML declare for themselves, and names of characters. */
import { describe, expect, test } from "vitest";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { outline } from "../support/outline.ts";

const parse = (path: string, text: string) => parseDocument(path, Buffer.from(text));

const declared = `<!DOCTYPE book PUBLIC "-//OASIS//DTD DocBook XML V4.5//EN" "x.dtd" [
<!ENTITY ship "Aurora &amp; <emphasis>Bo</emphasis>"> <!-- ]> -->
<!ENTITY ship "not this one">
<!ENTITY both '&ship; > &ship;'>
<!ENTITY chapter SYSTEM "chapter.xml">
<!ENTITY % more SYSTEM "more.ent"> %more;
<!ELEMENT book (title|para)*>
]>
`;

describe("entities", () => {
  test("of XML: texts, texts in texts, characters by name, files", async () => {
    const document = await parse(
      "/a.xml",
      `<?xml version="1.0"?>\n${declared}<book><title>&ship;</title><para>See &both; &mdash; now.</para>&chapter;<para>A&nosuch;B <![CDATA[&ship;]]></para></book>`,
    );
    expect(outline(document)).toEqual([
      "heading [Aurora & Bo] Aurora & Bo",
      "prose [Aurora & Bo] See Aurora & Bo > Aurora & Bo — now.",
      "prose [Aurora & Bo] A&nosuch;B &ship;",
    ]);
    expect(document.blocks.map(({ source }) => source!.startLine)).toEqual([10, 10, 10]);
    expect(document.warnings).toEqual(["it takes parts from other files, which are not read with it: chapter.xml"]);
  });

  test("of XHTML: nothing of what is declared is text", async () => {
    const page = `<?xml version="1.0"?>\n<!DOCTYPE html [<!ENTITY ship "Aurora"><!ENTITY b "<b>x</b>">]>\n<html xmlns="http://www.w3.org/1999/xhtml"><head><title>T</title></head><body><p>The &ship; &b;&nbsp;sails.</p></body></html>`;
    expect(outline(await parse("/a.xhtml", page))).toEqual(["prose [] The Aurora x sails."]);
    expect(outline(await parse("/a.html", page.replace('<?xml version="1.0"?>\n', "")))).toEqual([
      "prose [] The Aurora x sails.",
    ]);
  });

  test("that stand for each other without end, or for more and more, stay as they are written", async () => {
    const loop = '<!DOCTYPE a [<!ENTITY a "&b;"><!ENTITY b "&a;">]><a><p>Say &a; please.</p></a>';
    expect((await parse("/a.xml", loop)).content).toContain("please");
    const grown = Array.from({ length: 40 }, (_, i) => `<!ENTITY e${i + 1} "${`&e${i};`.repeat(10)}">`).join("");
    const bomb = `<!DOCTYPE a [<!ENTITY e0 "lol lol lol">${grown}]><a>${"<p>&e40; &e3;</p>".repeat(2_000)}</a>`;
    const started = process.cpuUsage();
    const { content } = await parse("/a.xml", bomb);
    expect(content.length).toBeLessThan(2 ** 21);
    expect(process.cpuUsage(started).user).toBeLessThan(5_000_000);
  });

  test("what stands apart stays apart in mixed text; a break within a word does not", async () => {
    const xml =
      '<a><sec><title>T</title>Loose<table><tr><td>one</td><td>two</td></tr></table>more<code>x</code></sec><p>dis<lb break="no"/>patched <hi>W</hi>hole, <choice><sic>hmoe</sic><corr>home</corr></choice></p></a>';
    expect(outline(await parse("/a.xml", xml))).toEqual([
      "prose [] T Loose one two morex",
      "prose [] dispatched Whole, hmoe home",
    ]);
  });
});
