/**
 * Holds docs/architecture.md to the tree; part of `npm run lint`. Every path of its Layout is there, every room of the sources and every file
 * at their root is in it, and every file that its text names by `name.ts` exists. Also for CONTRIBUTING.md's paths; and no link of any public
 * document leads nowhere.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
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

const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file !== "" && existsSync(join(root, file)));
const places = [
  "",
  "packages/metal-candle/src",
  "packages/ferris/src",
  "packages/ferris/src/documents",
  "packages/metal-candle",
  "packages/ferris",
];

for (const document of ["docs/architecture.md", "CONTRIBUTING.md"]) {
  const text = readFileSync(join(root, document), "utf8");
  for (const [, path] of text.matchAll(/`([\w@./-]+\.(?:ts|mjs|md)|[\w@./-]+\/)`/g)) {
    const isThere = path.includes("/")
      ? places.some((place) => existsSync(join(root, place, path))) ||
        tracked.some((file) => `/${dirname(file)}/`.includes(`/${path}`) || file.endsWith(`/${path}`))
      : tracked.some((file) => basename(file) === path);
    if (!isThere && !/[A-Z]{3,}/.test(path.replace(/README|CONTRIBUTING|CHANGELOG/, "")))
      breaches.push(`${document}: \`${path}\` is not there`);
  }
}

/** Links within the repository lead somewhere, to headings too. */
const documents = tracked.filter((file) => /^(?:[\w-]+\.md|docs\/[\w-]+\.md|packages\/[\w-]+\/README\.md)$/.test(file));
for (const document of documents) {
  for (const [, link] of readFileSync(join(root, document), "utf8").matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(link)) continue;
    const [path, anchor] = link.split("#");
    const target = path === "" ? document : join(dirname(document), path);
    if (!existsSync(join(root, target))) breaches.push(`${document}: the link ${link} leads nowhere`);
    else if (anchor && target.endsWith(".md") && !headingsOf(target).includes(anchor)) {
      breaches.push(`${document}: ${target} has no heading #${anchor}`);
    }
  }
}

/** As GitHub names them. */
function headingsOf(document) {
  return [...readFileSync(join(root, document), "utf8").matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replace(/\s/g, "-"),
  );
}

for (const line of breaches) console.error(line);
if (breaches.length > 0) process.exit(1);
console.log(`Architecture: ${named.size} paths of the layout, as they are in the tree.`);
