/**
 * A program that reads a PDF in its own thread, as one does that has ferris in a bundle; then a promise of its own is rejected. Prints how far it
 * came. What is waited for 20 seconds comes after two: nothing else happens meanwhile.
 */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parseDocument } from "../../../src/documents/parse/parse.ts";

const { setTimeout: later } = globalThis;
globalThis.setTimeout = ((work: () => void, milliseconds?: number) =>
  later(work, milliseconds === 20_000 ? 2_000 : milliseconds)) as typeof setTimeout;

const [path, others] = process.argv.slice(2) as [string, string];
for (let time = 0; time < 3; time++) {
  const reading = parseDocument("/a.pdf", Uint8Array.from(readFileSync(path)));
  if (others === "rejects") void Promise.reject(new Error("the program's own"));
  const outcome = await reading.then(
    () => "read",
    (error: unknown) => (error as Error).name,
  );
  await sleep(50);
  console.log(outcome);
}
