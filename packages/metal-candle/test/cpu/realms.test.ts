/**
 * The CPU device in a realm that is not Node's own, as Jest and Vitest's vmForks give tests: typed arrays are of other classes there than the native
 * library's. A run of Vitest below this one, since a realm with modules in it takes a runner to make.
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const folder = join(import.meta.dirname, "realm");
const runner = join(import.meta.dirname, "../../../../node_modules/vitest/vitest.mjs");

test("the native runtime answers in a realm of a test runner's", async () => {
  const env = {
    ...process.env,
    VITEST: undefined,
    VITEST_WORKER_ID: undefined,
    VITEST_POOL_ID: undefined,
    NO_COLOR: "1",
  };
  const { stdout } = await promisify(execFile)(process.execPath, [runner, "run"], { cwd: folder, env });
  expect(stdout).toMatch(/Tests {2}1 passed/);
}, 400_000);
