/** A program that reads a PDF in its own thread, as one does that has ferris in a bundle; then a promise of its own is rejected. Prints how far it came. */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parseDocument } from "../../../src/documents/parse/parse.ts";

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
