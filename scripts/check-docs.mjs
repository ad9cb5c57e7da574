/**
 * Holds what the public documents name to the repository; part of `npm run lint`. Links and their headings, paths, `npm run` scripts and the
 * options that they are given, programs for `node`, environment variables, error classes and versions of packages: each is there. Every page of docs/ is linked from
 * another, and is in the documentation's site. Commands of ferris, their options and exit codes: packages/ferris/test/cli/docs.test.ts.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { root } from "./steps.mjs";

const breaches = [];
const read = (file) => readFileSync(join(root, file), "utf8");
const listing = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
const tracked = execFileSync("git", listing, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 26 })
  .split("\0")
  .filter((file) => file !== "" && existsSync(join(root, file)));
/** What changed in releases that are over names what was there then. */
const documents = tracked.filter(
  (file) => /^(?:(?:docs|deploy|examples|packages)\/(?:[\w-]+\/)*)?[\w-]+\.md$/.test(file) && file !== "CHANGELOG.md",
);
const pages = new Map(
  documents.filter((file) => !/\/(?:fixtures|goldens|samples)\//.test(file)).map((file) => [file, read(file)]),
);
const code = tracked.filter((file) => /\.(?:ts|tsx|mjs|js|yaml|sh|py)$|^\.ci\/run$|Dockerfile$/.test(file));
const codeText = code.map(read).join("\n");

/** Files of others: of the trees that search was tried on, of onnxruntime. */
const foreign = new Set(["macos.py", "dist/ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs"]);

for (const [document, text] of pages) {
  checkLinks(document, text);
  checkPaths(document, text);
  checkScripts(document, text);
  for (const [name] of text.matchAll(/\b(?:FERRIS|METAL_CANDLE)_[A-Z_]*[A-Z]\b/g)) {
    if (!codeText.includes(name)) breaches.push(`${document}: nothing reads ${name}`);
  }
  for (const [name] of text.matchAll(/(?<=`)[A-Z]\w+Error(?=`)/g)) {
    if (!codeText.includes(`class ${name}`)) breaches.push(`${document}: there is no class ${name}`);
  }
}
checkReach();
checkVersions();

/** Links within the repository lead somewhere, to headings too. */
function checkLinks(document, text) {
  for (const [, link] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
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
  return [...read(document).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replace(/\s/g, "-"),
  );
}

/** What stands in code and ends like a source, or begins like a folder of this repository; a word in capitals stands for a name. */
function checkPaths(document, text) {
  const isOfDevelopers = document === "docs/architecture.md" || document === "CONTRIBUTING.md";
  const folders = isOfDevelopers
    ? "[\\w@.-]+(?:/[\\w@.-]+)*/"
    : "(?:packages|scripts|benchmarks|examples|deploy|test)/[\\w@./-]+";
  const paths = new RegExp(`\`([\\w@./-]+\\.(?:tsx?|mjs|py${isOfDevelopers ? "|md" : ""})|${folders})\``, "g");
  for (const [, path] of text.matchAll(paths)) {
    if (foreign.has(path) || isThere(document, path.replace(/(^|\/)[A-Z_]{3,}\/?$/, "$1"))) continue;
    if (!/(?:^|\/)(?!README|CONTRIBUTING|CHANGELOG)[A-Z_]{3,}(?:\W|$)/.test(path))
      breaches.push(`${document}: \`${path}\` is not there`);
  }
}

/** From the root, from a package or its sources, or as the end of one path. */
function isThere(document, path) {
  const places = ["", dirname(document), "packages", "packages/metal-candle", "packages/ferris"];
  if (path === "" || places.some((place) => existsSync(join(root, place, path)))) return true;
  return path.includes("/")
    ? tracked.some((file) => `/${dirname(file)}/`.includes(`/${path.replace(/\/$/, "")}/`) || file.endsWith(`/${path}`))
    : tracked.some((file) => basename(file) === path);
}

/** `npm run NAME -- --option`, `node FILE`. */
function checkScripts(document, text) {
  const manifests = ["package.json", join(dirname(document), "package.json")].filter((file) =>
    existsSync(join(root, file)),
  );
  const scripts = Object.assign({}, ...manifests.map((file) => JSON.parse(read(file)).scripts));
  for (const [, name, given] of text.matchAll(/npm run ([a-z][a-z:-]*)([^`\n]*)/g)) {
    const script = scripts[name];
    if (script === undefined) {
      breaches.push(`${document}: there is no script "${name}"`);
      continue;
    }
    const programs = [...script.matchAll(/[\w./-]+\.mjs/g)].flatMap(([program]) => [program, ...importsOf(program)]);
    for (const [, option] of given.matchAll(/ --([a-z][a-z-]+)/g)) {
      const reads = new RegExp(`["'\`{, ](?:--)?${option}["'\`:]`);
      if (!programs.some((program) => reads.test(read(program)))) {
        breaches.push(`${document}: npm run ${name} knows no --${option}`);
      }
    }
  }
  for (const [, program] of text.matchAll(
    /\bnode (?:-[-\w]+ )*((?:benchmarks|scripts|examples|packages)\/[\w./-]+)/g,
  )) {
    if (!existsSync(join(root, program))) breaches.push(`${document}: ${program} is not there`);
  }
}

/** The modules beside a program that it imports. */
function importsOf(program) {
  return [...read(program).matchAll(/from "(\.[\w./-]+)"/g)]
    .map(([, name]) => join(dirname(program), name))
    .filter((file) => existsSync(join(root, file)));
}

/** Nobody finds a page that no other links to. */
function checkReach() {
  const site = read("scripts/docs-site/build.mjs");
  for (const page of documents.filter((file) => /^docs\/[\w-]+\.md$/.test(file))) {
    const name = basename(page);
    const isLinked = [...pages].some(
      ([from, text]) => from !== page && new RegExp(`\\]\\([\\w./-]*${name}[)#]`).test(text),
    );
    if (!isLinked) breaches.push(`${page}: no other document links to it`);
    if (!site.includes(`"${name.replace(".md", "")}"`))
      breaches.push(`${page}: is not a guide of scripts/docs-site/build.mjs`);
  }
}

/** What a reader is told to install is what the packages were tested with. */
function checkVersions() {
  const manifests = tracked
    .filter((file) => /^(?:packages\/[\w-]+\/)?package\.json$/.test(file))
    .map((file) => JSON.parse(read(file)));
  const kinds = ["dependencies", "devDependencies", "optionalDependencies"];
  const pinned = Object.assign({}, ...manifests.flatMap((manifest) => kinds.map((kind) => manifest[kind] ?? {})));
  for (const [document, text] of pages) {
    for (const [, name, version] of text.matchAll(/((?:@[\w-]+\/)?[a-z][\w.-]*)@(\d+\.\d+\.\d+)\b/g)) {
      if (pinned[name] !== undefined && pinned[name] !== version) {
        breaches.push(`${document}: ${name}@${version}, and package.json has ${pinned[name]}`);
      }
    }
  }
}

for (const line of breaches) console.error(line);
if (breaches.length > 0) process.exit(1);
console.log(`Documents: ${pages.size}, and what they name is there.`);
