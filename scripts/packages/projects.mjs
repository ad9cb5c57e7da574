/** Projects as people have them: folders with spaces and letters, CommonJS, TypeScript without a build, monorepos, read-only installs, no HOME. */
import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NotRun } from "./report.mjs";
import { makeFolder, runIn, said } from "./stranger.mjs";
import { npmInstall } from "./tools.mjs";

const keys = "# Keys\n\nTo rotate the signing key, run rotate.sh.\n";
const question = "how did we rotate the signing key";
const found = /keys\.md 1$/m;

const body = (db) => `
  const ferris = await Ferris.open({ db: ${JSON.stringify(db)}, device: "cpu" });
  await ferris.index(["docs"]);
  const { results } = await ferris.search(${JSON.stringify(question)});
  const model = await EmbeddingModel.load("all-minilm-l6-v2-q8", { device: "cpu" });
  console.log((await model.embed("a text"))[0].toFixed(4));
  await model.close();
  console.log(results[0].path, results[0].startLine);
  await ferris.close();
`;
const imports = `import { Ferris } from "ferris";\nimport { EmbeddingModel } from "metal-candle";\n`;
const esm = `${imports}${body("index")}`;
const commonJs = `
const { Ferris } = require("ferris");
const { EmbeddingModel } = require("metal-candle");
(async () => {${body("index-cjs")}})();
`;
/** Types that a compiler has to take away. */
const typed = `${imports}
const say = (text: string): void => console.log(text);
async function main(): Promise<void> {${body("index-ts")}  say("typed");
}
void main();
`;

/** What the program needs, its documents, and what ferris' README says to name, into a folder of their own. */
const trace = `import { nodeFileTrace } from "@vercel/nft";
import { cpSync } from "node:fs";
import { join } from "node:path";
const { fileList } = await nodeFileTrace(["program.mjs"]);
const named = ["node_modules/@photostructure/sqlite/prebuilds", "node_modules/@vscode/tree-sitter-wasm/wasm"];
for (const file of [...fileList, ...named, "docs"]) cpSync(file, join("traced", file), { recursive: true, dereference: true });
console.log(fileList.size, "files");
`;

const cli = (...words) => ["node", "node_modules/ferris/bin/ferris.js", ...words];
const packages = ["ferris", "metal-candle", "all-minilm-l6-v2-q8"];

/** By name; `use` gets the project and a way to run things in it. */
const projects = {
  "ES modules in a folder with spaces and letters": {
    use: async ({ folder, expectOutput }) => {
      writeFileSync(join(folder, "program.mjs"), esm);
      await expectOutput(["node", "program.mjs"], found);
      await expectOutput(cli("search", question, "--db", "index"), /keys\.md:1-3/);
    },
  },
  "CommonJS (require)": {
    use: async ({ folder, expectOutput }) => {
      writeFileSync(join(folder, "program.cjs"), commonJs);
      await expectOutput(["node", "program.cjs"], found);
    },
  },
  "TypeScript by tsx": {
    use: async ({ folder, expectOutput, tools }) => {
      writeFileSync(join(folder, "program.ts"), typed);
      const { argv } = await tools.program("tsx@4", "tsx");
      await expectOutput([...argv, "program.ts"], found);
    },
  },
  "TypeScript by ts-node": {
    add: ["ts-node@10", "typescript@5.9", "@types/node@20"],
    use: async ({ folder, expectOutput }) => {
      const compilerOptions = { module: "nodenext", target: "es2022", strict: true, lib: ["es2023"], types: ["node"] };
      writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
      writeFileSync(join(folder, "typed.mts"), typed);
      await expectOutput(["node", "--no-warnings", "--loader", "ts-node/esm", "typed.mts"], found);
    },
  },
  "a condition of somebody's own (--conditions=source)": {
    use: ({ expectOutput }) =>
      expectOutput(["node", "--conditions=source", "--conditions=development", "program.mjs"], found),
  },
  "no HOME": {
    use: ({ expectOutput }) => {
      const variables = { HOME: undefined, XDG_CACHE_HOME: undefined };
      return expectOutput(["node", "program.mjs"], found, { variables });
    },
  },
  "a proxy that is not there": {
    use: ({ expectOutput }) => {
      const dead = "http://127.0.0.1:9";
      const variables = {
        HTTP_PROXY: dead,
        HTTPS_PROXY: dead,
        http_proxy: dead,
        https_proxy: dead,
        NODE_USE_ENV_PROXY: "1",
      };
      return expectOutput(cli("search", question, "--db", "index"), /keys\.md:1-3/, { variables });
    },
  },
  "node_modules that this user cannot write to": {
    use: async ({ folder, expectOutput }) => {
      if (process.getuid?.() !== 0) throw new NotRun("only root can become another user");
      const user = 65_534;
      mkdirSync(join(folder, "own"), { recursive: true });
      chmodSync(join(folder, "own"), 0o777);
      const variables = { HOME: join(folder, "own") };
      await expectOutput(cli("index", "docs", "--db", "own/index"), /1 document indexed/, { variables, user });
      await expectOutput(cli("search", question, "--db", "own/index"), /keys\.md:1-3/, { variables, user });
      await expectOutput(cli("search", question, "--db", "own/index"), /keys\.md:1-3/, {
        variables: { HOME: "/nonexistent" },
        user,
      });
    },
  },
  "512 MB for Node (--max-old-space-size)": {
    use: ({ expectOutput }) =>
      expectOutput(["node", "program.mjs"], found, { variables: { NODE_OPTIONS: "--max-old-space-size=512" } }),
  },
  "a HOME with spaces and letters, a TMPDIR that is not there, umask 077": {
    use: async ({ folder, expectOutput }) => {
      const variables = { HOME: join(folder, "Jürgens Überblick"), TMPDIR: "/nonexistent/tmp" };
      await expectOutput(["sh", "-c", "umask 077; exec node program.mjs"], found, { variables });
    },
  },
  "a HOME that this user cannot write to": {
    use: async ({ folder, expectOutput }) => {
      if (process.getuid?.() !== 0) throw new NotRun("only root can become another user");
      const options = { variables: { HOME: folder }, user: 65_534 };
      await expectOutput(cli("search", question, "--db", "index"), /keys\.md:1-3/, options);
      await expectOutput(cli("doctor"), /Embedding works/, options);
    },
  },
  "Node's permission model": {
    use: async ({ expectOutput, tools }) => {
      const allowed = ["--allow-fs-read=*", "--allow-fs-write=*", "--allow-addons", "--allow-worker"];
      await expectOutput([await tools.node("24"), "--permission", ...allowed, "program.mjs"], found);
    },
  },
  "two copies side by side": {
    add: ["engine@npm:metal-candle"],
    use: async ({ folder, expectOutput }) => {
      writeFileSync(
        join(folder, "two.mjs"),
        `import * as one from "metal-candle";
import * as two from "engine";
console.log(one.EmbeddingModel === two.EmbeddingModel);
for (const { EmbeddingModel } of [one, two]) {
  const model = await EmbeddingModel.load("all-minilm-l6-v2-q8", { device: "cpu" });
  console.log((await model.embed("a text"))[0].toFixed(4));
  await model.close();
}
`,
      );
      await expectOutput(["node", "two.mjs"], /^false\n-0\.0104\n-0\.0104$/m);
    },
  },
  // They find their model, WebAssembly, native libraries and threads beside their own files.
  "a server bundled by esbuild, the packages left out": {
    add: ["esbuild@0.28"],
    use: async ({ expectOutput }) => {
      const flags = "program.mjs --bundle --platform=node --format=esm --packages=external --outfile=by-esbuild.mjs";
      await expectOutput(["node", "node_modules/esbuild/bin/esbuild", ...flags.split(" ")], /^/);
      await expectOutput(["node", "by-esbuild.mjs"], found);
    },
  },
  "a server bundled by ncc, the packages left out": {
    add: ["@vercel/ncc"],
    use: async ({ expectOutput }) => {
      const flags = "build program.mjs -o by-ncc -e ferris -e metal-candle";
      await expectOutput(["node", "node_modules/@vercel/ncc/dist/ncc/cli.js", ...flags.split(" ")], /index\.mjs/);
      await expectOutput(["node", "by-ncc/index.mjs"], found);
    },
  },
  // As Next.js ("output: standalone") and hosts of functions take along what a program needs: by reading it.
  "only the files that @vercel/nft finds": {
    add: ["@vercel/nft"],
    use: async ({ folder, expectOutput }) => {
      writeFileSync(join(folder, "trace.mjs"), trace);
      await expectOutput(["node", "trace.mjs"], /^\d+ files$/m);
      await expectOutput(["node", "program.mjs"], found, { cwd: join(folder, "traced") });
    },
  },
  "npm ci": {
    use: async ({ folder, expectOutput }) => {
      rmSync(join(folder, "node_modules"), { recursive: true });
      await expectOutput(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], /added \d+ packages/);
      await expectOutput(["node", "program.mjs"], found);
    },
  },
  "an index that moved with its folder": {
    use: async ({ folder, expectOutput }) => {
      await expectOutput(cli("index", "docs"), /1 document indexed/);
      const moved = `${folder} moved`;
      cpSync(join(folder, ".ferris"), join(moved, ".ferris"), { recursive: true });
      cpSync(join(folder, "docs"), join(moved, "docs"), { recursive: true });
      const program = join(folder, "node_modules/ferris/bin/ferris.js");
      await expectOutput(["node", program, "search", question], /keys\.md:1-3/, { cwd: moved });
      await expectOutput(["node", program, "index", "docs"], /1 renamed[^]* 0 embedded/, { cwd: moved });
      rmSync(moved, { recursive: true });
    },
  },
  "a monorepo that hoists": {
    own: true,
    files: {
      "packages/one/package.json": `{ "name": "one", "version": "1.0.0", "dependencies": { "ferris": "*", "metal-candle": "*", "all-minilm-l6-v2-q8": "*" } }`,
      "packages/one/program.mjs": esm,
      "packages/one/docs/keys.md": keys,
      "packages/two/package.json": `{ "name": "two", "version": "1.0.0", "dependencies": { "one": "1.0.0" } }`,
    },
    manifest: { workspaces: ["packages/*"] },
    install: [],
    use: ({ folder, expectOutput }) =>
      expectOutput(["node", "program.mjs"], found, { cwd: join(folder, "packages/one") }),
  },
  "npm install --omit=optional": {
    own: true,
    install: ["--omit=optional", ...packages],
    files: { "program.mjs": esm },
    use: async ({ expectOutput }) => {
      await expectOutput(["node", "program.mjs"], found);
      await expectOutput(cli("search", question, "--db", "index"), /keys\.md:1-3/);
      await expectOutput(cli("doctor"), /Embedding works/);
    },
  },
  "npm install with its install scripts": {
    own: true,
    scripts: true,
    install: packages,
    files: { "program.mjs": esm },
    use: ({ expectOutput }) => expectOutput(["node", "program.mjs"], found),
  },
};
export const projectNames = Object.keys(projects);

/** Most in one folder, whose name has spaces and letters; those that install otherwise in their own. */
export async function checkProjects(context, names = projectNames) {
  const { report, work, url, tools } = context;
  const home = join(work, "projects-home");
  mkdirSync(home, { recursive: true });
  // Another user is to get in.
  chmodSync(work, 0o755);
  const shared = join(work, "Überblick & more", "my project");
  let isInstalled = false;
  for (const name of names) {
    const project = projects[name];
    if (project === undefined) throw new Error(`unknown project "${name}": known are ${projectNames.join("; ")}`);
    await report.row("project", name, async () => {
      const folder = project.own ? join(work, "projects", name.replaceAll(/\W+/g, "-")) : shared;
      if (project.own || !isInstalled) {
        makeFolder(folder, { "docs/keys.md": keys, "program.mjs": esm, ...project.files }, project.manifest);
        await install(folder, project.install ?? packages, project.scripts);
        isInstalled ||= !project.own;
      }
      if (project.add !== undefined) await install(folder, project.add);
      const expectOutput = async (argv, wanted, options = {}) => {
        const ran = await runIn(options.cwd ?? folder, home, url, argv, { timeout: 240_000, ...options });
        if (ran.status !== 0 || !wanted.test(ran.stdout))
          throw new Error(`expected ${wanted} of ${argv.join(" ")}: ${said(ran)}`);
      };
      try {
        await project.use({ folder, expectOutput, tools });
      } finally {
        if (project.own) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      }
    });
  }

  async function install(folder, wanted, scripts = false) {
    const added = await runIn(folder, home, url, [...npmInstall, ...(scripts ? [] : ["--ignore-scripts"]), ...wanted]);
    if (added.status !== 0) throw new Error(said(added));
  }
}
