/**
 * `npm test`: the whole suite, on a fresh clone too. Installs and builds what is missing, then runs vitest; arguments are vitest's.
 *
 *   npm test                                   everything
 *   npm test -- packages/ferris                one folder
 *   npm test -- -t "does not depend"           by name
 *
 * On Linux x64 the GPU tests run on a software adapter and the browser tests in a headless Chromium, both out of npm.
 */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { build, buildPage, duration, install, requireNode, runNode, say } from "./steps.mjs";

const start = Date.now();
requireNode();
install();
build();
buildPage();
say("Testing (vitest)");
// The whole suite has the machine to itself: on two cores a third process works while others wait for a page, a timer or another program.
process.env.VITEST_MAX_WORKERS ??= String(Math.max(3, availableParallelism() - 1));
runNode("The test run", [join("node_modules", "vitest", "vitest.mjs"), "run", ...process.argv.slice(2)]);
console.log(`Everything together: ${duration(Date.now() - start)}.`);
