/** The documents that the page's tests search: one of each kind, and some that mean harm. */
import { copyFileSync, mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const fixtures = fileURLToPath(new URL("../../../ferris/test/fixtures", import.meta.url));

export const keys = `---
title: Rotating keys
---

# Rotating keys

To rotate a key, create the second one first, and delete the old key when nobody uses it any more.

![a plan of the keys](https://example.org/track.png)

<img src="https://example.org/html.png" onerror="alert(1)"><script>alert(2)</script>

- [the bread](../kitchen/bread.txt)
- [a page](https://example.org/keys)
- [a trap](javascript:alert(3))

\`\`\`ts
const key = await rotate("old");
\`\`\`

| key    | owner |
| ------ | ----- |
| silver | Ada   |

- [x] the second key is there[^two]
- [ ] the old key is gone
- [nothing] but words

[^two]: Two keys at once, for a day <b>at most</b>.
`;

export const code = `"""How a pump is started."""

def start_pump(valve):
    # The inlet valve must be open before the pump runs.
    if not valve.is_open:
        raise RuntimeError("the inlet valve is closed")
    return "running"
`;

const html = `<!doctype html><title>Harbour rules</title>
<h1>Harbour rules</h1>
<p>Ships that enter the harbour announce themselves on channel twelve.</p>
<script>alert(4)</script>
`;

/** A name that is shown backwards from its middle on, and one with a line break. */
export const bidiName = "invoice\u202etxt.exe.txt";
export const controlName = "two\nlines\u0007.txt";
export const longLineBytes = 5_000_000;

export function writeDocuments(folder: string): void {
  const [office, kitchen, hostile] = ["office", "kitchen", "hostile"].map((name) => join(folder, name));
  for (const each of [office!, kitchen!, hostile!]) mkdirSync(each);
  writeFileSync(join(office!, "keys.md"), keys);
  writeFileSync(join(office!, "pump.py"), code);
  writeFileSync(join(office!, "harbour.html"), html);
  for (const name of ["manual.pdf", "manual.docx", "stock.csv", "stock.xlsx"]) {
    copyFileSync(join(fixtures, name), join(office!, name));
  }
  writeFileSync(join(kitchen!, "bread.txt"), "Knead the dough for ten minutes and let it rise in a warm place.\n");
  writeFileSync(join(kitchen!, "bread-copy.txt"), "Knead the dough for ten minutes and let it rise in a warm place.\n");
  const past = new Date("2020-01-01T00:00:00Z");
  utimesSync(join(kitchen!, "bread.txt"), past, past);
  writeFileSync(
    join(hostile!, "script.txt"),
    'A saboteur wrote: <script>alert(5)</script> <img src=x onerror="alert(6)"> into this text about lighthouses.\n',
  );
  writeFileSync(join(hostile!, "long.txt"), `Telescopes of astronomers. ${"x".repeat(longLineBytes)}\n`);
  if (process.platform !== "win32") {
    writeFileSync(join(hostile!, bidiName), "This invoice is about violins and their strings.\n");
    writeFileSync(join(hostile!, controlName), "This note is about glaciers and moraines.\n");
  }
}
