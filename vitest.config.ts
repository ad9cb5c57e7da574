/** How the tests run: straight from the TypeScript sources (condition "@ferris/source"), forked processes, a software GPU from globalSetup. */
import { availableParallelism } from "node:os";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { defineConfig } from "vitest/config";

/**
 * Files with a process of their own. All others follow one another in a few processes, in any order: they load the sources once, open one GPU
 * device and compile its kernels once, which takes a software adapter a second or two each time. So a test file leaves nothing behind it that
 * another would notice (variables, globals, listeners, a lost device), or stands here.
 */
const ownProcess = [
  // They measure the process: its memory, its open files.
  "packages/ferris/test/answer/thoughts.test.ts",
  "packages/ferris/test/documents/archive/archive.test.ts",
  "packages/ferris/test/documents/parsers/{office,xlsx}.test.ts",
  "packages/metal-candle/test/{engine-properties,load-abort}.test.ts",
  "packages/metal-candle/test/cpu/encoder.test.ts",
  // They put something else into the place of a module, a global or a setting that is read once.
  "packages/ferris/test/documents/ocr.test.ts",
  "packages/ferris/test/documents/parsers/{pdf-engine,pdf-rejections}.test.ts",
  "packages/ferris/test/documents/walk/git.test.ts",
  "packages/ferris/test/server/telemetry.test.ts",
  "packages/ferris/test/store/sqlite/vector-functions.test.ts",
  "packages/metal-candle/test/cpu/{realms,unavailable}.test.ts",
  "packages/metal-candle/test/gpu/choose/*.test.ts",
  "packages/metal-candle/test/gpu/run/background-tuning.test.ts",
  "packages/metal-candle/test/hub/cache.test.ts",
  "packages/metal-candle/test/ops/*.test.ts",
  "packages/metal-candle/test/platform/*.test.ts",
  "packages/metal-candle/test/tokenizers/binary-cache.test.ts",
  // They lose the device.
  "packages/ferris/test/search/gpu-retriever.test.ts",
  "packages/metal-candle/test/gpu/device/adopted-device.test.ts",
  "packages/metal-candle/test/gpu/run/{encoder-loss,submits}.test.ts",
  "packages/testing/test/adapters.test.ts",
  // They act as another user for a moment.
  "packages/ferris/test/store/sqlite/{heal,safety}.test.ts",
];

/** The longest of both kinds, longest first: begun early, they leave no core waiting for one of them in the end. */
const longest = [
  "metal-candle/test/browser/page",
  "browser/test/site",
  "metal-candle/test/engine-properties",
  "ferris/test/indexing/kill",
  "ferris/test/cli/commands/warm",
  "metal-candle/test/devices/several-devices",
  "metal-candle/test/cpu/encoder",
  "web/test/search",
  "web/test/map",
  "ferris/test/examples/examples",
  "ferris/test/cli/commands/bad-input",
  "metal-candle/test/tokenizer-threads",
  "testing/test/doc-examples",
  "ferris/test/cli/commands/mcp",
  "web/test/documents",
  "ferris/test/cli/commands/serve",
  "ferris/test/documents/ocr",
  "ferris/test/indexing/processes",
  "ferris/test/cli/commands/index",
  "ferris/test/cli/commands/any-query",
  "ferris/test/bench/command",
  "ferris/test/search/gpu-retriever",
  "testing/test/benchmarks",
  "ferris/test/indexing/unchanged-tree",
  "metal-candle/test/gpu/choose/autotune",
];

/** Files that share processes come first and together (a process takes the next file only from the head of the queue); of each kind the longest. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification): number => {
      const found = longest.findIndex((name) => moduleId.endsWith(`${name}.test.ts`));
      const place = found < 0 ? longest.length : found;
      return project.config.isolate === false ? place : longest.length + 1 + place;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

const include = ["packages/*/test/**/*.test.ts", "examples/browser/test/**/*.test.ts"];
const excluded = ["**/node_modules/**"];

const sources = {
  resolve: { conditions: ["@ferris/source"] },
  ssr: { resolve: { conditions: ["@ferris/source", "node"] } },
};

const running = {
  setupFiles: "packages/testing/src/vitest-file-setup.ts",
  // Processes and not threads: the environment of globalSetup has to be there when a process starts.
  pool: "forks",
  // vitest leaves one core to itself; of two that is half the machine, and many of these tests wait for a process of their own.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  // How long something takes is the machine's; these end what hangs, and cost nothing where all goes well.
  testTimeout: 180_000,
  hookTimeout: 180_000,
  expect: { poll: { timeout: 60_000 } },
} as const;

export default defineConfig({
  ...sources,
  test: {
    ...running,
    globalSetup: ["packages/testing/src/vitest-global-setup.ts"],
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        ...sources,
        test: { ...running, name: "shared", include, exclude: [...excluded, ...ownProcess], isolate: false },
      },
      { ...sources, test: { ...running, name: "own", include: ownProcess } },
    ],
  },
});
