/**
 * The packages' types as strict users compile them, every entry point of every package with `skipLibCheck: false`: without the browser's types
 * and with them, and as Node and as bundlers resolve modules. Then publint on each tarball.
 *
 * With several compilers (`--compilers 5.7,5.9,6,7`, from the real registry) it is what says which TypeScript is needed.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { packageNames } from "./pack.mjs";

const withoutDom = ["ES2023", "ESNext.Disposable"];
/** As a program of Node's compiles them, and as a page's: each option in both of its values, since none depends on the other. */
const users = [
  { module: "nodenext", moduleResolution: "nodenext", lib: withoutDom },
  { module: "esnext", moduleResolution: "bundler", lib: [...withoutDom, "DOM", "DOM.Iterable"] },
];
/** A line about what is ours: packages are read out of the tarballs, so that nothing else of that name is there. */
const ours = new RegExp(`^(?:every-entry\\.mts|node_modules/(?:${packageNames.join("|")})/)`);
/** Entry points whose framework is not installed beside the packages in the gate. */
const needsFramework = /\/(?:langchain|chroma)$/;

/** publint's findings of one tarball; throws where there is any. */
export async function checkManifest({ tarball, manifest }) {
  const bytes = readFileSync(tarball);
  const { messages } = await publint({
    pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) },
    strict: true,
  });
  const found = messages
    // Said in the README: the workflow that publishes sets it (release.yml), because only then is it known where the repository is.
    .filter(({ code }) => code !== "USE_REPOSITORY")
    .map((message) => formatMessage(message, manifest, { color: false }) ?? message.code);
  if (found.length > 0) throw new Error(`${manifest.name}: ${found.join("; ")}`);
}

/** The entry points that a program can import, of what is installed in a folder. */
export function entryPoints(folder, { frameworks = false } = {}) {
  return packageNames.flatMap((name) => {
    const manifest = JSON.parse(readFileSync(join(folder, "node_modules", name, "package.json"), "utf8"));
    return Object.keys(manifest.exports)
      .filter((path) => path !== "./package.json")
      .map((path) => `${name}${path.slice(1)}`)
      .filter((path) => frameworks || !needsFramework.test(path));
  });
}

/**
 * Compiles a file that imports every entry point, in a folder where the packages are installed, with @types/node.
 * @param compiler path of tsc's script
 */
export async function checkTypes(folder, compiler, options = {}) {
  const lines = entryPoints(folder, options).map(
    (path, index) => `import * as entry${index} from ${JSON.stringify(path)};\nvoid entry${index};`,
  );
  writeFileSync(join(folder, "every-entry.mts"), `${lines.join("\n")}\n`);
  const faults = [];
  for (const user of users) {
    const strict = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false };
    const compilerOptions = { ...strict, ...user, target: "es2023", types: ["node"], noEmit: true };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["every-entry.mts"] }));
    const said = await compile(compiler, folder);
    if (said !== "") faults.push(`${user.moduleResolution}:\n${said.split("\n").slice(0, 8).join("\n")}`);
  }
  if (faults.length > 0) throw new Error(faults.join("\n"));
}

/** What it complains of in the program and in our packages; frameworks' own types do not hold everywhere. Empty where there is nothing. */
async function compile(compiler, folder) {
  const argv = [compiler, "-p", folder, "--pretty", "false"];
  const child = spawn(process.execPath, argv, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "close");
  const said = (await Promise.all([text(child.stdout), text(child.stderr)])).join("");
  const [status] = await ended;
  if (status === 0) return "";
  const faults = said.split("\n").filter((line) => ours.test(line));
  if (faults.length === 0 && !/error TS\d+/.test(said)) return said || `exit code ${status}`;
  return faults.join("\n");
}

/** This repository's own compiler. */
export function ownCompiler() {
  return join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
}
