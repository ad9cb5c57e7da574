/** Package managers with their default settings: how each is asked to add packages, and to run a program or a script there. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const here = (program) => () => spawnSync(program, ["--version"], { shell: process.platform === "win32" }).status === 0;
const npmrc = (folder, url) => writeFileSync(join(folder, ".npmrc"), `registry=${url}\n`);

const npm = {
  isHere: here("npm"),
  prepare: npmrc,
  add: (packages) => ["npm", "install", "--no-audit", "--no-fund", ...packages],
  program: (argv) => ["npx", "--no-install", ...argv],
  script: (file) => ["node", file],
};
const pnpm = {
  isHere: here("pnpm"),
  prepare: npmrc,
  add: (packages) => ["pnpm", "add", ...packages],
  failsAloud: ({ stdout, stderr }) => /Ignored build scripts/.test(stdout + stderr),
  program: (argv) => ["pnpm", "exec", ...argv],
  script: (file) => ["node", file],
};
const yarnBerry = {
  isHere: here("yarn"),
  prepare: (folder, url) => {
    const settings = { npmRegistryServer: url, unsafeHttpWhitelist: ["127.0.0.1"], enableTelemetry: false };
    writeFileSync(join(folder, ".yarnrc.yml"), `${JSON.stringify(settings)}\n`);
    writeFileSync(join(folder, "yarn.lock"), "");
  },
  add: (packages) => ["yarn", "add", ...packages],
  program: (argv) => ["yarn", ...argv],
  script: (file) => ["yarn", "node", file],
};

/** By the name that `--managers` takes. */
export const managers = {
  npm,
  "npm-linked": { ...npm, add: (packages) => [...npm.add(packages), "--install-strategy=linked"] },
  pnpm,
  "pnpm-strict": {
    ...pnpm,
    prepare: (folder, url) => {
      npmrc(folder, url);
      writeFileSync(join(folder, "pnpm-workspace.yaml"), "hoist: false\n");
    },
  },
  yarn1: {
    isHere: () => spawnSync("yarnpkg", ["--version"], { encoding: "utf8" }).stdout?.startsWith("1.") ?? false,
    prepare: npmrc,
    add: (packages) => ["yarnpkg", "add", ...packages],
    program: (argv) => ["yarnpkg", "-s", ...argv],
    script: (file) => ["node", file],
  },
  "yarn-pnp": yarnBerry,
  bun: {
    isHere: here("bun"),
    prepare: npmrc,
    add: (packages) => ["bun", "add", ...packages],
    program: (argv) => ["bunx", ...argv],
    script: (file) => ["node", file],
  },
};
