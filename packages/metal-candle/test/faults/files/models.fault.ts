/** A model folder's files made hostile: each is read, or is an error with a code, within its bounds. */
import { fileURLToPath } from "node:url";
import { fault, fuzz } from "@ferris/testing";

const program = fileURLToPath(new URL("../../support/fuzz-models.mjs", import.meta.url));

for (const file of ["model.safetensors", "pytorch_model.bin", "config.json", "tokenizer.json", "modules.json"]) {
  fault(`hostile ${file}`, { seconds: 8, least: 60 }, (run) =>
    fuzz(run, { program, args: [file], seconds: 10, megabytes: 1_024 }),
  );
}
