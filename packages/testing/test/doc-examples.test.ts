/**
 * The examples in the documentation of the public functions compile against the built packages, and run.
 *
 * Each is a program of its own, in a folder with a few documents to read; they follow one another in a process, which has to end by itself. An
 * example of a method, which starts in the middle of things, gets the lines that its class's example would have before it.
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DocExample, docExamples } from "../src/index.ts";

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const packages = join(import.meta.dirname, "..", "..");
// Inside the repository, so that the packages are found by name, and under a name that git ignores.
const folder = join(import.meta.dirname, "..", ".cache", `examples-${process.pid}`);

/** What stands before and after an example without imports of its own, by the file that it comes from. */
const surroundings: Record<string, { before: string; after: string }> = {
  "src/ferris.ts": {
    before:
      'import { Ferris } from "ferris";\nconst ferris = await Ferris.open({ db: "index" });\nawait ferris.index(["notes"]);\n',
    after: "\nawait ferris.close();\n",
  },
};

function programOf({ code, file }: DocExample): string {
  if (/^import /m.test(code)) return code;
  const { before, after } = surroundings[file] ?? { before: "", after: "" };
  return `${before}${code}${after}`;
}

const examples = ["metal-candle", "ferris"].flatMap((name) =>
  docExamples(join(packages, name)).map((example, index) => ({
    ...example,
    place: `${name}/${example.place}`,
    program: `${name}-${index}`,
  })),
);

const firstExample = examples.find(({ place }) => place.startsWith("metal-candle/src/embedding-model.ts"))!.place;

const compilerOptions = {
  outDir: "programs",
  composite: false,
  declaration: false,
  declarationMap: false,
  sourceMap: false,
  noUnusedLocals: false,
  // What strict users switch on.
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
};

/** An option that may be left out may also be undefined, so that callers can pass on what they may not have. */
const optionTypes = `
import type { EmbedOptions, LoadOptions, RankOptions, RerankerOptions } from "metal-candle";
import type { PullOptions, QuantizeOptions } from "metal-candle/tools";
import type { GpuVectorsOptions, NearestOptions } from "metal-candle/vectors";
import type { DiagnoseOptions, GemmPeakOptions } from "metal-candle/diagnostics";
import type { OpOptions } from "metal-candle/ops";
import type { AskOptions, DocumentFilter, EvaluateOptions, FerrisIndexOptions, FerrisOptions, FerrisSearchOptions, FerrisWatchOptions } from "ferris";
type All = [EmbedOptions, LoadOptions, RankOptions, RerankerOptions, PullOptions, QuantizeOptions, GpuVectorsOptions, NearestOptions,
  DiagnoseOptions, GemmPeakOptions, OpOptions, AskOptions, DocumentFilter, EvaluateOptions, FerrisIndexOptions, FerrisOptions,
  FerrisSearchOptions, FerrisWatchOptions];
type Optional<T> = { [K in keyof T]-?: object extends Pick<T, K> ? K : never }[keyof T];
type Refused<T> = { [K in Optional<T>]: undefined extends Required<T>[K] ? never : K }[Optional<T>];
type RefusedOfAll = { [I in keyof All]: Refused<All[I]> }[number];
export const none: [RefusedOfAll] extends [never] ? true : RefusedOfAll = true;
`;

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  cpSync(join(import.meta.dirname, "fixtures", "documents"), join(folder, "documents"), { recursive: true });
  for (const example of examples)
    writeFileSync(join(folder, `${example.program}.ts`), `${programOf(example)}\nexport {};\n`);
  writeFileSync(join(folder, "option-types.ts"), optionTypes);
  const settings = { extends: "../../../../tsconfig.base.json", compilerOptions, include: ["*.ts"] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(settings));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  const compiler = join(dirname(require.resolve("typescript/package.json")), "bin", "tsc");
  await run(process.execPath, [compiler, "-p", folder]).catch((error: { stdout: string }) => {
    throw new Error(`The examples do not compile:\n${error.stdout}`);
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("both packages show examples", () => {
  expect(examples.map(({ place }) => place.split("/")[0])).toEqual(expect.arrayContaining(["metal-candle", "ferris"]));
});

/** Imports one program after the other, and says of each that it has run. It ends when nothing is left open. */
const oneAfterTheOther = `
  for (const program of process.argv.slice(2)) {
    await import(program);
    process.send(program);
  }
  process.disconnect();
`;

/** The environment and arguments of an example's process; those with the same share one, in which the packages are loaded once. */
function processOf({ place }: { place: string }): "cpu" | "gpu" | "worker" {
  if (place.includes("/worker/")) return "worker";
  // On the CPU device, where that is quick, instead of a software adapter; but for one example, and those that are about the GPU.
  return place === firstExample || /gpu-vectors|diagnostics|\/ops/.test(place) ? "gpu" : "cpu";
}

/** What each example ended with: undefined, or what its process printed before it ended without having run it. */
const endings = new Map<string, string | undefined>();

async function runPrograms(kind: string, programs: readonly string[]): Promise<void> {
  if (programs.length === 0) return;
  const env = { ...process.env };
  if (kind === "cpu") delete env.METAL_CANDLE_ALLOW_SOFTWARE_ADAPTER;
  // What serves an engine within a page's worker listens on that worker's scope, and waits.
  const scope = "globalThis.addEventListener = () => {}; globalThis.postMessage = () => {};";
  const runner = join(folder, `${kind}.mjs`);
  writeFileSync(runner, (kind === "worker" ? scope : "") + oneAfterTheOther);
  const files = programs.map((program) => pathToFileURL(join(folder, "programs", `${program}.js`)).href);
  const child = spawn(process.execPath, [runner, ...files], {
    cwd: join(folder, "documents"),
    env,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let printed = "";
  const ran = new Set<string>();
  for (const stream of [child.stdout!, child.stderr!]) stream.on("data", (text) => (printed += text));
  child.on("message", (file) => {
    ran.add(file as string);
    printed = "";
  });
  const [code] = (await once(child, "close")) as [number | null];
  const missed = programs.findIndex((_, i) => !ran.has(files[i]!));
  for (const program of missed < 0 ? programs : programs.slice(0, missed)) endings.set(program, undefined);
  if (missed >= 0) {
    endings.set(programs[missed]!, `ended with ${code}: ${printed}`);
    await runPrograms(kind, programs.slice(missed + 1));
  } else if (code !== 0) endings.set(programs.at(-1)!, `ended with ${code}: ${printed}`);
}

describe("each example runs", () => {
  beforeAll(async () => {
    for (const kind of ["cpu", "gpu", "worker"])
      await runPrograms(
        kind,
        examples.filter((example) => processOf(example) === kind).map(({ program }) => program),
      );
    // All examples one after another: only what hangs may end here.
  }, 600_000);

  test.each(examples.map(({ place, program }) => [place, program] as const))("%s", (_, program) => {
    expect(endings.has(program)).toBe(true);
    expect(endings.get(program)).toBeUndefined();
  });
});
