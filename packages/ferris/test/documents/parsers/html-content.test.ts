/** What of a page is content: pages as frameworks, wikis, editors and browsers make them, and what a reader sees on them. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { expectLinear } from "../support/growth.ts";
import { outline } from "../support/outline.ts";

async function read(html: string, path = "/page.html"): Promise<string[]> {
  return outline(await parseDocument(path, Buffer.from(html)));
}

describe("whole pages", () => {
  test.each<[string, string[]]>([
    [
      "accordion-button.html",
      [
        "heading [FAQ] FAQ",
        "prose [FAQ] Can I bring a bicycle aboard?",
        "prose [FAQ] Yes, for five euros.",
        "heading [FAQ > Is there parking?] Is there parking?",
        "prose [FAQ > Is there parking?] Yes, behind the mill.",
      ],
    ],
    [
      "aspnet-form.html",
      [
        "heading [Ferry fares] Ferry fares",
        "prose [Ferry fares] A return ticket for a car costs 48 euros in winter and 72 in summer.",
        "heading [Ferry fares > Dogs] Dogs",
        "prose [Ferry fares > Dogs] Dogs travel free on the upper deck but never in the restaurant.",
      ],
    ],
    [
      "br-heading.html",
      [
        "heading [Chapter 7 The Lighthouse] Chapter 7 The Lighthouse",
        "prose [Chapter 7 The Lighthouse] It stood alone.",
        "table [Chapter 7 The Lighthouse] Name: Mira Okafor; Address: 12 Quay Street Bergen Norway",
      ],
    ],
    [
      "caption.html",
      [
        "heading [Tides] Tides",
        "prose [Tides] High water at Pier 3 in October, local time",
        "table [Tides] Day: 1; Time: 04:12",
      ],
    ],
    [
      "header-h2.html",
      ["heading [Part Two: The Storm] Part Two: The Storm", "prose [Part Two: The Storm] It came from the west."],
    ],
    [
      "headerlink.html",
      [
        "heading [Installation] Installation",
        "prose [Installation] Run it.",
        "heading [Installation > Usage] Usage",
        "prose [Installation > Usage] Use it.",
      ],
    ],
    [
      "layout-table.html",
      [
        "heading [Harbour news] Harbour news",
        "prose [Harbour news] The crane was repaired on Tuesday. It lifts forty tonnes again.",
        "heading [Harbour news > Fuel] Fuel",
        "prose [Harbour news > Fuel] Diesel is available at berth nine, from seven in the morning.",
        "list [Harbour news > Fuel] - Bring cans",
        "list [Harbour news > Fuel] - Pay cash",
      ],
    ],
    [
      "list-menu.html",
      [
        "heading [Reading list] Reading list",
        ...["Moby Dick", "Lord Jim", "The Sea-Wolf", "Typhoon", "Nostromo"].map(
          (title) => `list [Reading list] - ${title}`,
        ),
        "prose [Reading list] Take one.",
      ],
    ],
    ["math.html", ["heading [Energy] Energy", "prose [Energy] Kinetic energy is E=\\frac{1}{2}mv^2 in joules."]],
    [
      "pre-table.html",
      ["heading [API] API", "code [API] def moor(boat):\n    tie(boat)\n    return True", "code [API] if a:\n    b()"],
    ],
    [
      "rowspan.html",
      [
        "heading [Crew] Crew",
        "table [Crew] Ship: Aurora; Role: Captain; Name: Ann",
        "table [Crew] Ship: Aurora; Role: Cook; Name: Bo",
        "table [Crew] Ship: Borealis; Role: laid up",
      ],
    ],
    ["self-closing-title.xhtml", ["heading [Ropes] Ropes", "prose [Ropes] A bowline never slips."]],
    [
      "shadow.html",
      ["heading [Product] Product", "prose [Product] Waterproof to thirty metres.", "prose [Product] End."],
    ],
    [
      "shy.html",
      ["heading [Magnets] Magnets", "prose [Magnets] The electromagnet is heavy. Longword here. zerowidth."],
    ],
  ])("%s", async (name, expected) => {
    const bytes = readFileSync(new URL(`../../fixtures/html/${name}`, import.meta.url));
    expect(outline(await parseDocument(`/${name}`, bytes))).toEqual(expected);
  });
});

const xhtml = (body: string, root = 'html xmlns="http://www.w3.org/1999/xhtml"') =>
  `<?xml version="1.0"?>\n<${root}><head><title/><script src="x.js"/><style/></head><body>${body}</body></html>`;

describe("pieces of pages", () => {
  test.each<[string, string, string[]]>([
    // XHTML, whatever it is called; HTML that looks like it.
    ["self-closing iframe", xhtml('<iframe src="x"/><p>After.</p>'), ["After."]],
    ["self-closing textarea", xhtml("<p>Before.</p><textarea/><p>After.</p>"), ["Before.", "After."]],
    [
      "self-closing div and anchor",
      xhtml('<div class="x"/><h2><a id="top"/>Tides</h2><p>High.</p>'),
      ["Tides", "High."],
    ],
    ["CDATA", xhtml("<p><![CDATA[a < b]]></p>"), ["a < b"]],
    [
      "prefixed names",
      '<h:html xmlns:h="http://www.w3.org/1999/xhtml"><h:body><h:h1>Knots</h:h1><h:p>Bowline.</h:p></h:body></h:html>',
      ["Knots", "Bowline."],
    ],
    ["HTML with a slash", "<!doctype html><div/><p>a<br/>b</p>", ["a\nb"]],
    // Forms and buttons.
    [
      "a page of nothing but a menu",
      "<nav><ul><li><a>Oslo</a><li><a>Kiel</a><li><a>Riga</a><li><a>Turku</a></ul></nav>",
      ["- Oslo", "- Kiel", "- Riga", "- Turku"],
    ],
    ["a page that is a short form", "<form><p>Enter the berth.</p><input name=a></form>", ["Enter the berth."]],
    [
      "a login is none",
      "<form><label>Name</label><input name=a><button>Log in</button></form><p>Text here.</p>",
      ["Text here."],
    ],
    [
      "a form around a table",
      "<form><input name=q><table><tr><th>Day</th></tr><tr><td>Monday</td></tr></table></form>",
      ["Day", "Monday"],
    ],
    [
      "bootstrap's accordion",
      '<h2 class="accordion-header"><button class="accordion-button" aria-expanded="false">Refunds</button></h2><div class="collapse"><p>Within a week.</p></div>',
      ["Refunds", "Within a week."],
    ],
    [
      "what opens something",
      '<button aria-expanded="false" aria-controls="a">Opening hours</button><p>Nine to five.</p>',
      ["Opening hours", "Nine to five."],
    ],
    [
      "an answer that is closed",
      '<button aria-expanded="false" aria-controls="p1">Can I pay by card?</button><div id="p1" hidden><p>Yes, you can.</p></div>',
      ["Can I pay by card?", "Yes, you can."],
    ],
    [
      "tabs",
      '<p>Text of the page here.</p><div role="tabpanel" style="display:none"><p>Second panel.</p></div><div role="tabpanel" hidden>Third.</div><p hidden>No.</p>',
      ["Text of the page here.", "Second panel.", "Third."],
    ],
    [
      "in place of frames",
      "<frameset><frame src=a><noframes><body><p>Without &amp; frames.</p></body></noframes></frameset>",
      ["Without & frames."],
    ],
    ["what does something", "<p>Text.</p><button>Add to basket</button><button>Menu</button>", ["Text."]],
    ["summary", "<details><summary>Can I pay by card?</summary>Yes.</details>", ["Can I pay by card?", "Yes."]],
    // Headings.
    ["octicon", '<h2><a class="anchor" aria-hidden="true" href="#a">#</a>Usage</h2><p>x</p>', ["Usage", "x"]],
    ["docusaurus", '<h2>Usage<a class="hash-link" href="#a">\u200b</a></h2><p>x</p>', ["Usage", "x"]],
    ["a bare hash", '<h2>Usage <a href="#usage">#</a></h2><p>x</p>', ["Usage", "x"]],
    [
      "two editors",
      '<h2>Usage <span>[<a href="e">edit</a>]</span> <a href="s">[source]</a></h2><p>x</p>',
      ["Usage", "x"],
    ],
    [
      "Sphinx's definition",
      '<dl><dt>moor(boat)<a class="headerlink" href="#m">¶</a></dt><dd>Ties it.</dd></dl>',
      ["moor(boat)", "Ties it."],
    ],
    ["a heading of C#", "<h2>C#</h2><p>x</p>", ["C#", "x"]],
    ["soft hyphens and breaks", "<h2>Elec&shy;tro<wbr>magnet<br>coils</h2><p>x</p>", ["Electromagnet coils", "x"]],
    ["blocks in a heading", "<h2><div>Part</div><div>One</div></h2><p>x</p>", ["Part One", "x"]],
    // Words apart.
    [
      "breaks in a cell",
      "<table><tr><th>A<br>B</th><th>C</th></tr><tr><td><div>d</div>e</td><td>f<br/>g</td></tr></table>",
      ["A B: d e; C: f g"],
    ],
    ["ruby", "<p><ruby>東京<rp>(</rp><rt>とうきょう</rt><rp>)</rp></ruby>へ</p>", ["東京へ"]],
    ["a note's number", '<p>Two masts<sup><a href="#n1">1</a></sup> and mc<sup>2</sup>.</p>', ["Two masts 1 and mc2."]],
    // Lists.
    ["numbers", "<ol><li>Cast off<li>Set sail</ol>", ["1. Cast off", "2. Set sail"]],
    [
      "numbers from four, letters",
      '<ol start=4><li><p>Reef</p></li></ol><ol type="a"><li>x</li><li value=5>y</li></ol>',
      ["4. Reef", "a. x", "e. y"],
    ],
    [
      "a menu at the top",
      "<ul><li><a>Home</a><li><a>News</a><li><a>Shop</a><li><a>Help</a></ul><h1>Ropes</h1><p>Text of it.</p>",
      ["Ropes", "Text of it."],
    ],
    [
      "a menu under a side bar's heading",
      '<p>Some text of the page.</p><div class="widget"><h3>Recent</h3><ul><li><a>One</a><li><a>Two</a><li><a>Three</a><li><a>Four</a></ul></div>',
      ["Some text of the page.", "Recent"],
    ],
    [
      "links that a sentence leads to",
      "<p>Ports we call at:</p><ul><li><a>Oslo</a><li><a>Kiel</a><li><a>Riga</a><li><a>Turku</a></ul>",
      ["Ports we call at:", "- Oslo", "- Kiel", "- Riga", "- Turku"],
    ],
    // Around the content.
    [
      "a header in a section",
      "<section><header><h2>Storm</h2><p>By Ann</p></header><p>It came.</p></section>",
      ["Storm", "By Ann", "It came."],
    ],
    [
      "a quote's footer",
      "<blockquote><p>So it goes.</p><footer>Old sailor</footer></blockquote>",
      ["So it goes.", "Old sailor"],
    ],
    [
      "an aside that explains",
      "<p>The brig sank.</p><aside><p>A brig has two masts.</p></aside>",
      ["The brig sank.", "A brig has two masts."],
    ],
    ["an aside of links", "<p>The brig sank.</p><aside><a>Other</a> <a>Ships</a></aside>", ["The brig sank."]],
    // What is shown by other means.
    [
      "a saved frame",
      '<p>Out.</p><iframe srcdoc="&lt;body&gt;&lt;p&gt;In &amp;amp; deep.&lt;/p&gt;"></iframe>',
      ["Out.", "In & deep."],
    ],
    [
      "older shadow roots",
      "<x-a><template shadowroot=open><p>Shown.</p></template></x-a><template><p>Not.</p></template>",
      ["Shown."],
    ],
    [
      "without scripts",
      "<noscript>Please enable JavaScript.</noscript><noscript><p>The plain text.</p></noscript>",
      ["The plain text."],
    ],
    [
      "in place of an object",
      '<object data="x"><p>Chart: sales rose.</p></object><video>Your browser does not support it.</video>',
      ["Chart: sales rose."],
    ],
    [
      "a drawing's words",
      "<svg><title>i</title><text>Inlet</text><g><text>Out<tspan>let</tspan></text></g></svg>",
      ["Inlet", "Outlet"],
    ],
    // Code beside its lines' numbers.
    [
      "GitHub's",
      '<table class="highlight"><tr><td class="blob-num" data-line-number="1"></td><td class="blob-code">if a:</td></tr><tr><td class="blob-num"></td><td class="blob-code">  b()</td></tr></table>',
      ["if a:\n  b()"],
    ],
    [
      "Sphinx's",
      '<table class="highlighttable"><tr><td class="linenos"><div class="linenodiv"><pre><span>1</span>\n<span>2</span></pre></div></td><td class="code"><div><pre>a = 1\nb = 2\n</pre></div></td></tr></table>',
      ["a = 1\nb = 2"],
    ],
    [
      "in the line",
      '<pre><span class="linenos">1</span>a = 1\n<span class="linenos">2</span>b = 2</pre>',
      ["a = 1\nb = 2"],
    ],
    // Tables that lay out.
    [
      "a newsletter",
      '<table role="presentation"><tr><td><h2>News</h2></td></tr><tr><td>The pier is shut.</td><td>So is the bar.</td></tr></table>',
      ["News", "The pier is shut.", "So is the bar."],
    ],
    [
      "one column",
      "<table><tr><td>First thing.</td></tr><tr><td>Second thing.</td></tr></table>",
      ["First thing.", "Second thing."],
    ],
    [
      "data from a word processor",
      "<table><tr><td><p>Ship</p></td><td><p>Berth</p></td></tr><tr><td><p>Aurora</p></td><td><p>9</p></td></tr></table>",
      ["Ship: Aurora; Berth: 9"],
    ],
    [
      "two rows of headers",
      "<table><thead><tr><th rowspan=2>Ship</th><th colspan=2>Trips</th></tr><tr><th>May</th><th>June</th></tr></thead><tr><td>Aurora</td><td>3</td><td>4</td></tr></table>",
      ["Ship: Aurora; Trips May: 3; Trips June: 4"],
    ],
    // Formulas once.
    [
      "MathML",
      "<p>So <math><mfrac><mi>a</mi><mi>b</mi></mfrac><mo>=</mo><msup><mi>x</mi><mn>2</mn></msup></math>.</p>",
      ["So a/b=x^2."],
    ],
    [
      "arXiv's",
      '<p>So <math alttext="x^{2}"><msup><mi>x</mi><mn>2</mn></msup><annotation encoding="application/x-tex">x^{2}</annotation></math>.</p>',
      ["So x^{2}."],
    ],
    [
      "MathJax 2",
      '<p>So <span class="MathJax_Preview">x2</span><span class="MathJax"><math><mi>x</mi></math></span><script type="math/tex">x^2</script>.</p>',
      ["So x^2."],
    ],
    [
      "MathJax 3",
      '<p>So <mjx-container><svg aria-hidden="true"><text>x</text></svg><mjx-assistive-mml><math><mi>x</mi></math></mjx-assistive-mml></mjx-container>.</p>',
      ["So x."],
    ],
    [
      "Wikipedia's",
      '<p>So <span class="mwe-math-element"><span><math><semantics><mi>x</mi><annotation encoding="application/x-tex">{\\displaystyle x^{2}}</annotation></semantics></math></span><img alt="{\\displaystyle x^{2}}"></span>.</p>',
      ["So x^{2}."],
    ],
  ])("%s", async (_, html, expected) => {
    const path = html.startsWith("<?xml") ? "/page.xhtml" : "/page.html";
    const texts = (await read(html, path)).map((block) => block.replace(/^\w+ \[[^\]]*\] /, ""));
    expect(texts).toEqual(expected);
  });

  test("a saved frame's lines are the file's", async () => {
    const html = '<p>Out.</p>\n<iframe srcdoc="<p>One</p>\n\n<p>Two &quot;deep&quot;</p>"></iframe>';
    const { blocks } = await parseDocument("/a.html", Buffer.from(html));
    expect(blocks.map(({ source }) => source!.startLine)).toEqual([1, 2, 4]);
  });

  test("time grows with the size, not with its square", async () => {
    const shapes: Readonly<Record<string, string>> = {
      buttons: "<button aria-expanded=true>a b</button>",
      "open buttons": "<button>",
      forms: "<form><input>",
      objects: "<object>x",
      lists: "<ol><li><a>x</a>",
      asides: "<aside><a>x</a>",
      formulas: "<math><mfrac>",
      tables: "<table><tr><td>",
      frames: '<iframe srcdoc="<p>x</p>">x</iframe>',
      sups: "<sup><a>1</a></sup>",
    };
    for (const [name, unit] of Object.entries(shapes)) {
      const isDeep = !unit.includes("</");
      await expectLinear(name, isDeep ? 500 : 2_000, (count) => read(unit.repeat(count)).catch(() => []));
    }
  });
});

describe("books", () => {
  test.each<[string, string[]]>([
    ["footnote-aside.epub", ["heading [One] One", "prose [One] The brig 1 sank.", "prose [One] A brig has two masts."]],
    [
      "latin1.epub",
      ["heading [Café] Café", "prose [Café] La mer est bleue à Sète.", "prose [] Second chapter in UTF-8."],
    ],
    ["nav-in-spine.epub", ["prose [Chapter One: Fog] No heading in the chapter text itself."]],
    ["percent-href.epub", ["prose [] Half the crew left."]],
    [
      "self-closing-title.epub",
      ["heading [One] One", "prose [One] The gull watched.", "heading [Two] Two", "prose [Two] The anchor dragged."],
    ],
    ["svg-fixed.epub", ["prose [] The whale turned."]],
  ])("%s", async (name, expected) => {
    const bytes = readFileSync(new URL(`../../fixtures/epub/${name}`, import.meta.url));
    const document = await parseDocument(`/${name}`, bytes);
    expect(outline(document)).toEqual(expected);
    expect(document).toMatchObject({ title: "Sea tales", warnings: [] });
  });

  test("a book with a lock is encrypted, and says whose lock it is", async () => {
    const bytes = readFileSync(new URL("../../fixtures/epub/adept.epub", import.meta.url));
    await expect(parseDocument("/adept.epub", bytes)).rejects.toMatchObject({
      reason: "encrypted",
      message: "protected against copying (DRM of Adobe)",
    });
  });
});

test("an empty paragraph at a cell's end does not make a table one that lays out", async () => {
  const cell = (text: string) => `<td><p>${text}</p><p><br></p></td>`;
  const html = `<h1>Rates</h1><table><tr>${cell("Season")}${cell("Single")}</tr><tr>${cell("Winter")}${cell("80")}</tr></table>`;
  const document = await parseDocument("/a.html", Buffer.from(html));
  expect(document.content).toContain("Season: Winter; Single: 80");
});
