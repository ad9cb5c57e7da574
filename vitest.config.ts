/** How the tests run: straight from the TypeScript sources (condition "@ferris/source"), forked processes, a software GPU from globalSetup. */
import { availableParallelism } from "node:os";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { defineConfig } from "vitest/config";

/**
 * Files that may follow one another in a process: none changes anything that outlives it (variables, globals, a lost device), or measures the
 * process. They load the sources once, and open one GPU device and compile its kernels once, which takes a software adapter a second or two
 * each time. Any order among them must do. What is not listed has a process of its own.
 */
const sharingProcesses = [
  "packages/metal-candle/test/{block-reader,embed-stream,embed-tokens,embedding-model,families,gpu-vectors,long-texts,ops,pooling-prompts,reranker,shapes,situations,static-models}.test.ts",
  "packages/metal-candle/test/{batching,docs,encoder,models,weights}/*.test.ts",
  "packages/metal-candle/test/cpu/{long-texts,onnx-writer}.test.ts",
  "packages/metal-candle/test/gpu/kernels/*.test.ts",
  "packages/metal-candle/test/gpu/run/{half-precision,layout,trailers}.test.ts",
  "packages/metal-candle/test/tokenizers/{classes,fuzz,general,goldens,long-texts,open-tokenizer,parts,tiny-models,truncation,unicode,unigram}.test.ts",
  "packages/metal-candle/test/wgsl/translation.test.ts",
  "packages/ferris/test/answer/{chat,citations,endpoint,prompt,scenarios}.test.ts",
  "packages/ferris/test/bench/{parts,run}.test.ts",
  "packages/ferris/test/choosing/{catalogue,reading}.test.ts",
  "packages/ferris/test/cli/{config,interactive,io,present,terminal}/*.test.ts",
  "packages/ferris/test/documents/{chunk,decode,lines,xml}/*.test.ts",
  "packages/ferris/test/documents/parsers/{containers,csv,docx,html*,legacy-office,mail,markdown,office-packages,open-document,pdf,pdf-kinds,pptx,records,roman,rtf,s*,text-formats}.test.ts",
  "packages/ferris/test/evaluation/{metrics,suite}.test.ts",
  "packages/ferris/test/files/*.test.ts",
  "packages/ferris/test/indexing/{copies,history,index-folder,or-aborted}.test.ts",
  "packages/ferris/test/map/{cluster-words,drawn-map,index-map,point-cloud}.test.ts",
  "packages/ferris/test/search/{any-query,confidence,coverage,filter,fuse,merge,passage,query,related,rel*,rerank,select,s*}.test.ts",
  "packages/ferris/test/server/{assistant,bad-input,clients,doors,files,frameworks,map,own-api,tei}.test.ts",
  "packages/ferris/test/store/{contract,pending}.test.ts",
  "packages/ferris/test/store/sqlite/{checksum,code-scores,text-ranking,vector-codes}.test.ts",
];

/** The longest of the others, longest first: begun early, they leave no core waiting for one of them in the end. */
const longest = [
  "metal-candle/test/browser/page",
  "browser/test/site",
  "metal-candle/test/engine-properties",
  "testing/test/doc-examples",
  "ferris/test/indexing/kill",
  "web/test/map",
  "metal-candle/test/cpu/encoder",
  "ferris/test/cli/commands/warm",
  "web/test/search",
  "web/test/documents",
  "ferris/test/cli/commands/mcp",
  "ferris/test/cli/commands/any-query",
  "ferris/test/indexing/processes",
  "ferris/test/bench/command",
  "ferris/test/examples/examples",
  "metal-candle/test/gpu/choose/autotune",
  "metal-candle/test/tokenizer-threads",
];

/** Files that share processes come first and together (a process takes the next file only from the head of the queue), then the longest. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification): number => {
      if (project.config.isolate === false) return -1;
      const place = longest.findIndex((name) => moduleId.endsWith(`${name}.test.ts`));
      return place < 0 ? longest.length : place;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

const include = ["packages/*/test/**/*.test.ts", "examples/browser/test/**/*.test.ts"];

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
      { ...sources, test: { ...running, name: "shared", include: sharingProcesses, isolate: false } },
      { ...sources, test: { ...running, name: "own", include, exclude: ["**/node_modules/**", ...sharingProcesses] } },
    ],
  },
});
