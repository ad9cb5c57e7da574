/**
 * `ferris pull ID`: downloads a model into the standard Hugging Face cache. The downloading is metal-candle's.
 */
import { Command } from "commander";
import { modelIdOf } from "../../choosing/catalogue.ts";
import { exitCodes } from "../exit-codes.ts";
import { downloadProgress } from "../open.ts";
import { Flag } from "../options.ts";
import { runs } from "../run.ts";
import type { Session } from "../session.ts";
import { bytes, printable } from "../terminal/text.ts";
import { withExamples } from "./shared-options.ts";

export function pullCommand(): Command {
  const command = new Command("pull")
    .summary("download a model into the Hugging Face cache")
    .description(
      "Downloads the files of a model that embedding needs, checked by size and hash, into the cache that Python's tools\n" +
        "share (HF_HOME, HF_HUB_CACHE). HF_TOKEN, HF_ENDPOINT and proxies are respected. An interrupted download goes on at\n" +
        "the next try, and never looks complete. --model ID does the same when it has to, unless HF_HUB_OFFLINE is set.",
    )
    .argument("<id>", "Hugging Face id, ORG/NAME, or a name of ferris models");
  command.addOption(new Flag("--revision <name>", "a branch, tag or commit (default: main)"));
  withExamples(command, [
    ["ferris pull intfloat/multilingual-e5-small", "then: ferris index . --model intfloat/multilingual-e5-small"],
  ]);
  return runs(command, (session, [id], options) => pull(session, id, options as { revision?: string }));
}

async function pull(session: Session, id: string, { revision }: { revision?: string }): Promise<number> {
  const { pullModel } = await import("metal-candle/tools");
  const signal = session.interruptible("stopping; the next pull goes on from here");
  const report = downloadProgress(session);
  const pulled = await pullModel(modelIdOf(id), {
    revision,
    signal,
    onProgress: ({ file, bytes: done, total }) => report({ stage: "download", item: file, done, total }),
  });
  if (session.json) session.printJson(pulled);
  else if (!session.quiet) {
    session.print(
      `${printable(pulled.id)} at ${pulled.commit.slice(0, 12)}: ${pulled.files.length} files, ${bytes(pulled.bytes)}`,
    );
    session.print(pulled.folder);
  }
  return exitCodes.success;
}
