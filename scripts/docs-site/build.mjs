/**
 * `npm run build:docs [-- FOLDER]`: the guides of docs/ and the reference of every entry point, as pages in one folder (docs-site by default) that any
 * static host serves. Nothing in them is loaded from elsewhere, which is checked here.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { Application } from "typedoc";
import { build, root } from "../steps.mjs";
import { deadLinks } from "./links.mjs";

const out = resolve(process.argv[2] ?? join(root, "docs-site"));
const guides = [
  "which-model",
  "without-a-gpu",
  "troubleshooting",
  "migration",
  "runtimes",
  "cli",
  "documents",
  "search",
  "models",
  "map",
  "store",
  "postgres",
  "performance",
  "reliability",
  "scaling",
  "architecture",
];

build();
const app = await Application.bootstrap({
  name: "ferris and metal-candle",
  readme: join(root, "README.md"),
  tsconfig: join(root, "scripts/docs-site/tsconfig.json"),
  entryPointStrategy: "resolve",
  entryPoints: ["metal-candle", "ferris"].flatMap(entryPoints),
  basePath: join(root, "packages"),
  projectDocuments: guides
    .map((name) => join(root, "docs", `${name}.md`))
    .filter((path) => readdirSync(join(root, "docs")).includes(path.slice(path.lastIndexOf("/") + 1))),
  out,
  // Where the repository is hosted is not known here.
  disableSources: true,
  // The build before it has checked them, with the compiler that this repository has.
  skipErrorChecking: true,
  excludePrivate: true,
  excludeInternal: true,
  githubPages: false,
  // Types that signatures name and entry points do not export are internal on purpose, or this says so.
  validation: { notExported: false, invalidLink: true, notDocumented: false },
  treatWarningsAsErrors: false,
});
const project = await app.convert();
if (project === undefined) throw new Error("typedoc could not read the sources; what it says is above");
await app.generateOutputs(project);
if (app.logger.hasErrors()) process.exitCode = 1;

const foreign = readdirSync(out, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".html"))
  .map((entry) => join(entry.parentPath, entry.name))
  .flatMap((path) => {
    const page = readFileSync(path, "utf8");
    const loaded = page.match(/<(?:script|img|link|iframe)\b[^>]*\b(?:src|href)="(?:https?:)?\/\/[^"]*"/g) ?? [];
    return loaded.map((tag) => `${relative(out, path)}: ${tag}`);
  });
if (foreign.length > 0) throw new Error(`pages that load something from elsewhere:\n${foreign.join("\n")}`);
const dead = deadLinks(out);
if (dead.length > 0) throw new Error(`links that lead nowhere:\n${dead.join("\n")}`);
console.log(`${relative(root, out)}/index.html`);

/** The sources behind a package's exports. */
function entryPoints(name) {
  const manifest = JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8"));
  return Object.values(manifest.exports).flatMap((target) =>
    target["@ferris/source"] ? [join(root, "packages", name, target["@ferris/source"])] : [],
  );
}
