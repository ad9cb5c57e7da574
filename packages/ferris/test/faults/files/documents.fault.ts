/** Documents of every kind made hostile: text, or an error with its reason, within the bounds of one file; never a crash, and no prototype changed. */
import { fileURLToPath } from "node:url";
import { fault, fuzz } from "@ferris/testing";

const program = fileURLToPath(new URL("../support/fuzz-documents.mjs", import.meta.url));

for (const group of ["pdf", "office", "legacy", "mail", "markup", "text"]) {
  fault(`hostile documents: ${group}`, { seconds: 10, least: 40 }, (run) =>
    fuzz(run, { program, args: [group], seconds: 20, megabytes: 1_536 }),
  );
}

const doubling = fileURLToPath(new URL("../support/fuzz-doubling.mjs", import.meta.url));

fault("a few characters again and again: time in proportion", { seconds: 15, least: 12 }, (run) =>
  fuzz(run, { program: doubling, seconds: 30, megabytes: 1_536 }),
);
