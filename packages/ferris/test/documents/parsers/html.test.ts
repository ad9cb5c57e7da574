/** The HTML parser: main content, headings and places, on pages as people have them. */
import { processorTime } from "@ferris/testing";
import { describe, expect, test } from "vitest";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { outline } from "../support/outline.ts";

async function parse(html: string, path = "/page.html") {
  return parseDocument(path, Buffer.from(html));
}

const page = `<!DOCTYPE html>
<html><head><title> The  Page </title><style>p { color: red }</style></head>
<body>
<header><h1>Site</h1><p>Slogan</p></header>
<nav><a href="/">Home</a></nav>
<ul class="menu"><li><a>One</a></li><li><a>Two</a></li><li><a>Three</a></li><li><a>Four</a></li></ul>
<h2>First &amp; foremost</h2>
<p>A paragraph with <b>bold</b>,
a <a href="/x">link</a><br>and a break.</p>
<script>var a = "<p>no</p>";</script>
<ul><li>Item one</li><li>Item two<ul><li>Nested</li></ul></li></ul>
<h3>Deeper</h3>
<pre>code {
  indented
}</pre>
<table><tr><th>Name</th><th>Value</th></tr><tr><td>a</td><td>1</td></tr></table>
<div>Loose text <div>inside</div> after</div>
<p hidden>secret</p>
<img alt="A diagram"><img alt="IMG 2024.jpg">
<footer>Imprint</footer>
</body></html>`;

describe("parseHtml", () => {
  test("keeps what a reader reads, in order, under its headings", async () => {
    const document = await parse(page);
    expect(outline(document)).toEqual([
      "heading [Site] Site",
      "heading [Site > First & foremost] First & foremost",
      "prose [Site > First & foremost] A paragraph with bold, a link\nand a break.",
      "list [Site > First & foremost] - Item one",
      "list [Site > First & foremost] - Item two",
      "list [Site > First & foremost] - Nested",
      "heading [Site > First & foremost > Deeper] Deeper",
      "code [Site > First & foremost > Deeper] code {\n  indented\n}",
      "table [Site > First & foremost > Deeper] Name: a; Value: 1",
      "prose [Site > First & foremost > Deeper] Loose text",
      "prose [Site > First & foremost > Deeper] inside",
      "prose [Site > First & foremost > Deeper] after",
      "prose [Site > First & foremost > Deeper] A diagram",
    ]);
    expect(document.title).toBe("The Page");
  });

  test("blocks know their lines and bytes in the file", async () => {
    const html = `\ufeff${page}`;
    const { content, blocks } = await parse(html);
    const lines = html.split("\n");
    const bytes = Buffer.from(html);
    for (const { kind, start, end, source } of blocks) {
      const word = /\w+/.exec(content.slice(start, end))![0];
      if (kind !== "table") expect(lines.slice(source!.startLine - 1, source!.endLine).join("\n")).toContain(word);
      // A column's name stands before every cell of it, and once in the file.
      const own = kind === "table" ? /(?<=: )\w+/.exec(content.slice(start, end))![0] : word;
      expect(bytes.subarray(source!.startByte!, source!.endByte!).toString()).toContain(own);
      if (kind === "prose") expect(source!.endLine - source!.startLine).toBeLessThan(2);
    }
  });

  test("main, role=main or a single article is the page; empty shells are not believed", async () => {
    const words = "Some real text of the page stands here. ".repeat(5);
    for (const [open, close] of [
      ["<main>", "</main>"],
      ['<div role="main">', "</div>"],
      ["<article>", "</article>"],
    ]) {
      const { content } = await parse(
        `<body><p>Cookie banner</p>${open}<header><h1>T</h1></header><p>${words}</p>${close}<p>Related</p></body>`,
      );
      expect(content).toBe(`T\n\n${words.trim()}\n\n`);
    }
    expect((await parse(`<main></main><p>${words}</p>`)).content).toContain("real text");
  });

  const around = [
    '<div class="menu">AROUND</div>',
    '<div id="sidebar"><h3>AROUND</h3><a href="/">AROUND here</a></div>',
    '<ul class="nav navbar"><li>AROUND</li></ul>',
    '<div id="cookie-banner">AROUND</div>',
    '<div class="site-footer">AROUND</div>',
    '<div class="social-share">AROUND</div>',
    '<p style="color: red; display: none">AROUND</p>',
    "<p hidden>AROUND</p>",
    ...["navigation", "banner", "contentinfo", "search", "menu"].map((role) => `<div role="${role}">AROUND</div>`),
  ];
  const paragraph = `<p>${"Some real text of the page stands here. ".repeat(5)}</p>`;

  test.each(around)("without its marks for it, a page is read without what is called a menu: %s", async (html) => {
    const { content } = await parse(`<body>${html}<h1>Pumps</h1>${paragraph}${paragraph}</body>`);
    expect(content).toContain("Pumps");
    expect(content).not.toContain("AROUND");
  });

  test.each([
    `<div class="menu-page">KEPT</div>`,
    `<div class="has-sidebar">KEPT</div>`,
    `<div class="content menu">KEPT</div>`,
    `<div class="banner"><h1>KEPT</h1></div>`,
    `<div class="header">KEPT</div>${paragraph}<div class="header">Another section</div>`,
    `<div><div><div><div><div class="footer">KEPT</div></div></div></div></div>`,
    `<article><div class="menu">KEPT</div></article><article>${paragraph}</article>`,
    `<div class="sidebar"><article>KEPT</article><article>${paragraph}</article></div>`,
    `<div class="section" id="cookies"><h2>Cookies</h2><p>KEPT</p></div>`,
    `<div class="cookies"><h2>With oats</h2><p>KEPT</p></div>`,
    `<section id="navigation"><h2>Navigation <a href="#">#</a></h2><a href="/">KEPT, as the section is on it</a></section>`,
    `<div class="menu"><h2>Starters</h2><p>KEPT</p></div>`,
    `<div class="menu">${paragraph.repeat(2)}KEPT</div>`,
    `<div class="menu">${"KEPT on a page that is little else. ".repeat(30)}</div>`,
    `<p style="display:none">${"KEPT until a script shows it. ".repeat(60)}</p>`,
    `<p hidden="until-found">KEPT</p>`,
  ])("what may be content stays, whatever it is called: %s", async (html) => {
    const { content } = await parse(`<body><h1>Pumps</h1>${html}${paragraph.repeat(3)}</body>`);
    expect(content).toContain("KEPT");
  });

  test.each([
    ["behind the body", "<html><head><title>T</title></head><body><p>Inside.</p></body>Behind.</html>"],
    ["behind the page", "<html><head><title>T</title></head><body><p>Inside.</p></body></html><p>Behind.</p>"],
    ["another page", "<html><body><p>Inside.</p></body></html><html><body><p>Behind.</p></body></html>"],
  ])("what programs put outside of the body is shown, and read: %s", async (_, html) => {
    expect(outline(await parse(html)).map((block) => block.replace(/^\w+ \[[^\]]*\] /, ""))).toEqual([
      "Inside.",
      "Behind.",
    ]);
  });

  test("what stands in front of a page in a message", async () => {
    const { content, title } = await parse(
      "<p>Sent from outside.</p><html><head><title>T</title></head><body><p>Inside.</p></body></html>",
    );
    expect([title, content.trim()]).toEqual(["T", "Sent from outside.\n\nInside."]);
  });

  test("is known by its content too; UTF-16 and broken markup are read", async () => {
    expect((await parse("<!doctype html><p>x", "/no-extension")).type).toBe("html");
    expect((await parse("<p>not a page", "/notes.txt")).type).toBe("text");
    const wide = Buffer.from("\ufeff<p>größe</p>", "utf16le");
    expect((await parseDocument("/a.html", wide)).content.trim()).toBe("größe");
    expect((await parse("<p>one<p>two<li>three</div><td>four")).content.match(/\w+/g)).toEqual([
      "one",
      "two",
      "three",
      "four",
    ]);
  });

  test("hostile pages end, with their text or a word about why not", async () => {
    const started = processorTime();
    expect((await parse(`${"<div>".repeat(4_000)}deep`)).content).toContain("deep");
    expect((await parse(`${"<ul><li>".repeat(2_000)}deep`)).content).toContain("deep");
    expect((await parse(`${'<div class="menu"><b>x</b>'.repeat(4_000)}deep`)).content).toContain("deep");
    expect((await parse(`${'<div class="menu" style="display:none">x</div>'.repeat(50_000)}wide`)).content).toContain(
      "wide",
    );
    for (const tag of ["div", "b", "p", "table"]) {
      const html = `<${tag}><i>`.repeat(100_000);
      await expect(parse(html)).rejects.toMatchObject({
        reason: "damaged",
        message: expect.stringContaining("5000 deep"),
      });
    }
    expect((await parse("<".repeat(200_000))).type).toBe("html");
    expect((await parse(`<p ${"a ".repeat(200_000)}>x`)).content).toContain("x");
    expect(processorTime() - started).toBeLessThan(10_000);
  });
});
