/** Which part of a page is its content, by where its prose stands. */
import { expect, test } from "vitest";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { outline } from "../support/outline.ts";

const sentence =
  "The ferry leaves the outer pier at nine, and returns from the island when the tide allows it, in summer at ten.";

test.each<[string, string, string[]]>([
  [
    "a head that never ends",
    `<html><head><title>T</title><div><p>Text of the page</p></div></html>`,
    ["prose [] Text of the page"],
  ],
  [
    "a header that never ends",
    `<body><header><h1>Emden</h1><nav>Menu</nav><div><p>${sentence}</p></div></body>`,
    ["heading [Emden] Emden", `prose [Emden] ${sentence}`],
  ],
  [
    "a header with the title page of the document",
    `<head><title>Tides</title></head><body><header id="title-block-header"><h1>Tides</h1><p>Ann Berg</p><div>Abstract</div><p>In short.</p></header><h1>Ebb</h1><p>Low.</p></body>`,
    [
      "heading [Tides] Tides",
      "prose [Tides] Ann Berg",
      "prose [Tides] Abstract",
      "prose [Tides] In short.",
      "heading [Ebb] Ebb",
      "prose [Ebb] Low.",
    ],
  ],
  [
    "a site's header",
    `<head><title>Tides - The Harbour</title></head><body><header><h1>The Harbour</h1><p>Since 1900</p></header><h2>Tides</h2><p>Low.</p></body>`,
    ["heading [The Harbour] The Harbour", "heading [The Harbour > Tides] Tides", "prose [The Harbour > Tides] Low."],
  ],
  [
    "chapters of a book of pages, in boxes of their own",
    `<body><div><ul><li><a>Home</a></li><li><a>News</a></li><li><a>Shop</a></li><li><a>Help</a></li></ul></div><div role="main"><h1>Ferries</h1><p>Read on:</p><div class="toctree-wrapper"><ul><li><a>Fares</a></li><li><a>Dogs</a></li><li><a>Fog</a></li><li><a>Ice</a></li></ul></div></div></body>`,
    [
      "heading [Ferries] Ferries",
      "prose [Ferries] Read on:",
      ...["Fares", "Dogs", "Fog", "Ice"].map((title) => `list [Ferries] - ${title}`),
    ],
  ],
  [
    "one article beside what the page is about",
    `<body><div><p>${sentence}</p><p>${sentence} Again.</p><p>${sentence} Twice.</p></div><article><p>A guest writes that the crossing was calm and the coffee warm, and would come again.</p></article></body>`,
    [
      `prose [] ${sentence}`,
      `prose [] ${sentence} Again.`,
      `prose [] ${sentence} Twice.`,
      "prose [] A guest writes that the crossing was calm and the coffee warm, and would come again.",
    ],
  ],
  [
    "the larger of two that say they are the main content",
    `<body><div role="main"><p>Short.</p></div><main><p>${sentence}</p></main></body>`,
    [`prose [] ${sentence}`],
  ],
  [
    "a heading above the main content",
    `<body><div><h1>Ferries</h1><p>Share this</p></div><main><h2>Summer</h2><p>${sentence}</p></main></body>`,
    ["heading [Ferries] Ferries", "heading [Ferries > Summer] Summer", `prose [Ferries > Summer] ${sentence}`],
  ],
])("%s", async (_name, html, expected) => {
  expect(outline(await parseDocument("/page.html", Buffer.from(html)))).toEqual(expected);
});
