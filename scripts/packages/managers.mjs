/** Package managers, each with its default settings: how it is asked to add packages, and to run a program or a script of what it installed. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NotRun } from "./report.mjs";
import { samples, together } from "./samples.mjs";
import { makeFolder, runIn, said } from "./stranger.mjs";
import { npmInstall } from "./tools.mjs";

const npmrc = (folder, url) => writeFileSync(join(folder, ".npmrc"), `registry=${url}\n`);
const node = (file) => ["node", file];

const npm = () => ({
  prepare: npmrc,
  add: (packages) => [...npmInstall, ...packages],
  program: (argv) => ["npx", "--no-install", ...argv],
  script: node,
});

async function pnpm(tools) {
  // Its own install script would put a native program in the place of this one, which finds it otherwise.
  const { folder, manifest } = await tools.package("pnpm");
  const argv = [process.execPath, join(folder, "bin", "pnpm.mjs")];
  return {
    version: manifest.version,
    prepare: npmrc,
    add: (packages) => [...argv, "add", ...packages],
    // It ends with 1 where it left out install scripts; whether things work is asked afterwards.
    isFine: ({ stdout, stderr }) => /Ignored build scripts/.test(stdout + stderr),
    program: (command) => [...argv, "exec", ...command],
    script: node,
  };
}

const yarnBerry = (settings) => async (tools) => {
  const { argv, version } = await tools.program("@yarnpkg/cli-dist", "yarn");
  return {
    version,
    prepare: (folder, url) => {
      const all = { npmRegistryServer: url, unsafeHttpWhitelist: ["127.0.0.1"], enableTelemetry: false, ...settings };
      writeFileSync(join(folder, ".yarnrc.yml"), `${JSON.stringify(all)}\n`);
      writeFileSync(join(folder, "yarn.lock"), "");
    },
    add: (packages) => [...argv, "add", ...packages],
    program: (command) => [...argv, ...command],
    script: (file) => [...argv, "node", file],
  };
};

async function yarnClassic(tools) {
  const { argv, version } = await tools.program("yarn@1", "yarn");
  return {
    version,
    prepare: npmrc,
    add: (packages) => [...argv, "add", ...packages],
    program: (command) => [...argv, "-s", ...command],
    script: node,
  };
}

async function bun(tools) {
  if (process.platform !== "linux" || process.arch !== "x64")
    throw new NotRun("bun is taken from npm for Linux x64 alone");
  const { folder, manifest } = await tools.package("@oven/bun-linux-x64");
  const program = join(folder, "bin", "bun");
  return {
    version: manifest.version,
    prepare: npmrc,
    add: (packages) => [program, "add", ...packages],
    program: (command) => [program, "x", ...command],
    script: node,
  };
}

/** By name; each is made with the tools that the run has. */
const managers = {
  npm,
  "npm linked": () => ({ ...npm(), add: (packages) => [...npmInstall, "--install-strategy=linked", ...packages] }),
  pnpm,
  "pnpm without hoisting": async (tools) => {
    const usual = await pnpm(tools);
    const prepare = (folder, url) => {
      usual.prepare(folder, url);
      writeFileSync(join(folder, "pnpm-workspace.yaml"), "hoist: false\n");
    };
    return { ...usual, prepare };
  },
  "yarn classic": yarnClassic,
  "yarn PnP": yarnBerry({}),
  "yarn node-modules": yarnBerry({ nodeLinker: "node-modules" }),
  bun,
};
export const managerNames = Object.keys(managers);

/** Each manager in an empty folder: the command line, the library, the engine, a worker thread. npm also with each package alone. */
export async function checkManagers({ report, work, url, tools }, names = managerNames) {
  for (const name of names) {
    if (managers[name] === undefined)
      throw new Error(`unknown manager "${name}": known are ${managerNames.join(", ")}`);
    for (const sample of name === "npm" ? samples : [together]) {
      const place = join(work, "managers", `${name} ${sample.title}`.replaceAll(/\W+/g, "-"));
      await report.row("package manager", name === "npm" ? `npm: ${sample.title}` : name, async () => {
        const manager = await managers[name](tools);
        await useSample(manager, sample, place, url);
        return manager.version;
      });
      rmSync(place, { recursive: true, force: true, maxRetries: 5 });
    }
  }
}

async function useSample(manager, { packages, steps }, place, url) {
  // Folders of its own for what managers keep: an empty HOME is what a stranger's machine has.
  const [folder, home] = [join(place, "project"), join(place, "home")];
  makeFolder(folder);
  mkdirSync(home, { recursive: true });
  manager.prepare(folder, url);
  const run = (argv) => runIn(folder, home, url, argv);
  const added = await run(manager.add(packages));
  if (added.status !== 0 && !manager.isFine?.(added)) throw new Error(said(added));
  for (const step of steps) await step({ folder, run, manager });
}
