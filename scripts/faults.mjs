/**
 * `npm run test:faults`: faults, hostile bytes and long runs, at random moments that a seed decides, in bounded time.
 *
 *   npm run test:faults                         all of them, five to eight minutes on two cores
 *   npm run test:faults -- --seed 7             others
 *   npm run test:faults -- --minutes 60         for longer
 *   npm run test:faults -- gpu                  a room (test/faults/ROOM of a package); further arguments are vitest's
 *   npm run test:faults -- --json FILE          the table as JSON, too
 *   npm run test:faults -- --report FOLDER      the long run's curves, as JSON and SVG
 *
 * Prints a table: fault, times tried, outcome, what was lost. docs/reliability.md says what each stands for.
 */
import { join, resolve } from "node:path";
import { build, install, requireNode, runNode, say } from "./steps.mjs";

const rest = process.argv.slice(2);

/** The value of `--name VALUE`, taken out of the arguments. */
function option(name) {
  const at = rest.indexOf(`--${name}`);
  if (at < 0) return undefined;
  const [, value] = rest.splice(at, 2);
  if (value === undefined) throw new Error(`--${name} needs a value`);
  return value;
}

function number(name, usual) {
  const value = Number(option(name) ?? usual);
  if (!Number.isFinite(value) || value < 0) throw new Error(`--${name} must be a number`);
  return value;
}

const seed = number("seed", 1);
const minutes = number("minutes", 5);
const json = option("json");
const report = option("report");

requireNode();
install();
build();
say("Faults (vitest)");
const vitest = join("node_modules", "vitest", "vitest.mjs");
runNode("The faults", [vitest, "run", "--config", "vitest.faults.config.ts", ...rest], {
  env: {
    ...process.env,
    FERRIS_FAULTS_SEED: String(seed),
    FERRIS_FAULTS_MINUTES: String(minutes),
    ...(json ? { FERRIS_FAULTS_JSON: resolve(json) } : {}),
    ...(report ? { FERRIS_FAULTS_REPORT: resolve(report) } : {}),
  },
});
