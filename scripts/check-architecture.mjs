/**
 * Holds the Layout of docs/architecture.md to the tree; part of `npm run lint`. Every path of it is there, and every room of the sources and
 * every file at their root is in it. What the text of the documents names is check-docs.mjs's to look at.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./steps.mjs";

const breaches = [];
const architecture = readFileSync(join(root, "docs/architecture.md"), "utf8");
const layout = /^## Layout\n\n((?: {4}.*\n|\n)+)/m.exec(architecture)[1];

/** Paths of the layout: what stands first on a line, below the line above that is indented less; then what its text names in passing. */
const named = new Set();
const above = [];
for (const line of layout.split("\n").filter((text) => text.trim() !== "")) {
  const indent = line.search(/\S/);
  while (above.length > 0 && above.at(-1).indent >= indent) above.pop();
  const parent = above.at(-1)?.path ?? "";
  const words = line.trim().split(/\s+/);
  const first = words.findIndex((word) => !isPath(word));
  const leading = words.slice(0, first < 0 ? words.length : first);
  for (const name of leading) {
    if (name.includes("<")) continue;
    const path = join(parent, name);
    if (!existsSync(join(root, path))) breaches.push(`docs/architecture.md, Layout: ${path} is not there`);
    named.add(path.replace(/\/$/, ""));
  }
  const path = join(parent, leading.at(-1) ?? "");
  for (const name of words.slice(leading.length).map((word) => word.replace(/[(),;:]/g, ""))) {
    if (!isPath(name)) continue;
    const found = [join(path, name), join(parent, name)].find((place) => existsSync(join(root, place)));
    if (found) named.add(found.replace(/\/$/, ""));
  }
  above.push({ indent, path });
}

function isPath(word) {
  return /^[\w.<>@-]+(?:\/[\w.<>-]*)*$/.test(word) && /(?:\/|\.ts)$|^[\w-]+\/[\w/-]+$/.test(word);
}

for (const sources of ["packages/metal-candle/src", "packages/ferris/src"]) {
  checkRoom(sources);
  for (const { name } of folders(sources)) {
    const room = join(sources, name);
    if (folders(room).some((inner) => named.has(join(room, inner.name)))) checkRoom(room, false);
  }
}

/** Every folder of `room` is in the layout, and at the root of the sources every file. */
function checkRoom(room, withFiles = true) {
  for (const entry of readdirSync(join(root, room), { withFileTypes: true })) {
    if (!entry.isDirectory() && !(withFiles && entry.name.endsWith(".ts"))) continue;
    const path = join(room, entry.name);
    if (!named.has(path)) breaches.push(`docs/architecture.md, Layout: ${path} is missing`);
  }
}

function folders(room) {
  return readdirSync(join(root, room), { withFileTypes: true }).filter((entry) => entry.isDirectory());
}

for (const line of breaches) console.error(line);
if (breaches.length > 0) process.exit(1);
console.log(`Architecture: ${named.size} paths of the layout, as they are in the tree.`);
