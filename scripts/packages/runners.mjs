/** Test runners, which give tests a world of their own (threads, realms): the CPU device answers in each, with arrays of the test's own kind. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, runIn, said } from "./stranger.mjs";
import { npmInstall } from "./tools.mjs";

const body = `
test("a vector", async () => {
  const model = await EmbeddingModel.load("all-minilm-l6-v2-q8", { device: "cpu", onNotice: () => {} });
  const vector = await model.embed("a text");
  expect(vector).toBeInstanceOf(Float32Array);
  expect(vector[0]).toBeCloseTo(-0.01036, 4);
  expect((await model.embed(["a text", "another"])).length).toBe(2);
  await model.close();
}, 60_000);
`;
const inJest = `import { EmbeddingModel } from "metal-candle";\nimport { expect, test } from "@jest/globals";\n${body}`;
const inVitest = `import { EmbeddingModel } from "metal-candle";\nimport { expect, test } from "vitest";\n${body}`;

/** Runners that give tests no world of their own: Node's assertions. */
const plain = (imports) => `import { EmbeddingModel } from "metal-candle";
import assert from "node:assert/strict";
${imports}
it("a vector", async () => {
  const model = await EmbeddingModel.load("all-minilm-l6-v2-q8", { device: "cpu" });
  assert.ok(Math.abs((await model.embed("a text"))[0] + 0.01036) < 1e-4);
  await model.close();
});
`;

const vitest = (pool) => ({
  package: "vitest@4",
  files: { "vector.test.mjs": inVitest },
  run: ["node_modules/vitest/vitest.mjs", "run", "--pool", pool],
});
const runners = {
  "jest@30": {
    package: "jest@30",
    files: {
      "vector.test.mjs": inJest,
      "jest.config.mjs": `export default { transform: {}, testMatch: ["**/*.test.mjs"] };\n`,
    },
    run: ["--experimental-vm-modules", "node_modules/jest/bin/jest.js"],
  },
  "mocha@12": {
    package: "mocha@12",
    files: { "vector.test.mjs": plain("") },
    run: ["node_modules/mocha/bin/mocha.js", "--timeout", "60000", "vector.test.mjs"],
  },
  "node --test": {
    package: "mocha@12",
    files: { "vector.node.mjs": plain(`import { it } from "node:test";`) },
    run: ["--test", "vector.node.mjs"],
  },
  "vitest@4 forks": vitest("forks"),
  "vitest@4 threads": vitest("threads"),
  "vitest@4 vmForks": vitest("vmForks"),
  "vitest@4 vmThreads": vitest("vmThreads"),
};
export const runnerNames = Object.keys(runners);

/** One folder per runner's package. */
export async function checkRunners({ report, work, url }, names = runnerNames) {
  const installed = new Map();
  for (const name of names) {
    if (runners[name] === undefined)
      throw new Error(`unknown test runner "${name}": known are ${runnerNames.join(", ")}`);
    const { package: wanted, files, run } = runners[name];
    await report.row("test runner", name, async () => {
      const folder = installed.get(wanted) ?? (await install(wanted));
      for (const [path, content] of Object.entries(files)) writeFileSync(join(folder, path), content);
      const ran = await runIn(folder, folder, url, [process.execPath, ...run], { timeout: 180_000 });
      if (ran.status !== 0) throw new Error(said(ran));
    });
  }

  async function install(wanted) {
    const folder = join(work, "runners", wanted.replaceAll(/\W/g, "-"));
    makeFolder(folder);
    const add = [...npmInstall, "--ignore-scripts", "metal-candle", "all-minilm-l6-v2-q8", wanted];
    const added = await runIn(folder, folder, url, add);
    if (added.status !== 0) throw new Error(said(added));
    installed.set(wanted, folder);
    return folder;
  }
}
