/**
 * `ferris embed`: texts from standard input, vectors out, in the same order, in constant memory.
 *
 * Input and output formats are in cli/io; the model streams. Nothing of an index is touched.
 */
import { Command } from "commander";
import type { Embeddings } from "../../engine.ts";
import { UsageError } from "../../errors.ts";
import { AtomicFile } from "../io/atomic-file.ts";
import { embeddingLine, parseTextRecord, type TextRecord } from "../io/json-lines.ts";
import { readLines } from "../../files/read-lines.ts";
import { littleEndianBytes, npyHeader } from "../io/npy.ts";
import { caller, needsOwnProcess } from "../caller.ts";
import { openEmbeddingModel } from "../open.ts";
import { Flag, listed } from "../options.ts";
import { runs } from "../run.ts";
import type { Session } from "../session.ts";
import { grouped, plural } from "../terminal/text.ts";
import { devicesOption, withExamples, withModelOptions } from "./shared-options.ts";

interface EmbedCommandOptions {
  readonly promptName?: string;
  readonly prompt?: string;
  readonly jsonl?: true;
  readonly format: string;
  readonly output?: string;
}

const formats = ["jsonl", "npy"];

/** Texts of a stream's block for each of several devices. */
const blockOfDevice = 4096;

export function embedCommand(): Command {
  const command = new Command("embed")
    .summary("texts from standard input, one per line, to vectors")
    .description(
      "Turns texts into vectors, in input order. A text is a line of UTF-8 up to its line feed (a carriage return before it\n" +
        "is not part of it); an empty line is an empty text. Output is one JSON object per line:\n" +
        '{"id"?, "embedding": […], "tokens": n, "truncated": true or false}, or a NumPy file [texts, dimensions] of f32.',
    );
  withModelOptions(command)
    .addOption(devicesOption())
    .addOption(
      new Flag(
        "--prompt-name <name>",
        "put the model's prompt of this name before each text, such as query or passage",
      ),
    )
    .addOption(new Flag("--prompt <text>", "put this before each text"))
    .addOption(new Flag("--jsonl", 'input is JSON objects, one per line: {"id": …, "text": "…"}'))
    .addOption(new Flag("-f, --format <name>", listed(formats), { values: formats }).default("jsonl"))
    .addOption(new Flag("-o, --output <file>", "write here, whole or not at all (npy needs it)"));
  withExamples(command, [
    ["ferris embed < questions.txt", "one JSON object per line, on standard output"],
    ["ferris embed --jsonl --format npy -o passages.npy < passages.jsonl", "a matrix for NumPy"],
    [
      "echo 'rotate a key' | ferris embed -m intfloat/e5-small-v2 --prompt-name query",
      "another model, and its query prompt",
    ],
  ]);
  return runs(command, (session, _positional, options) => embed(session, options as unknown as EmbedCommandOptions));
}

async function embed(session: Session, options: EmbedCommandOptions): Promise<number> {
  const { format, output, prompt, promptName } = options;
  if (!formats.includes(format)) throw new UsageError(`--format is "${format}": it must be ${listed(formats)}`);
  if (format === "npy" && output === undefined) throw new UsageError("--format npy needs --output FILE");
  if (prompt !== undefined && promptName !== undefined) {
    throw new UsageError("--prompt and --prompt-name exclude each other: give one of them");
  }

  if (output !== undefined) needsOwnProcess("it writes a file");
  const signal = session.interruptible("stopping");
  const model = await openEmbeddingModel(session, signal);
  const file = output === undefined ? null : await AtomicFile.create(output);
  try {
    if (format === "npy" && !file!.canRewrite)
      throw new UsageError(`--format npy needs an ordinary file, which ${output} is not`);
    if (caller().stdin.isTTY) session.inform("reading texts from the terminal, one per line; press Ctrl-D to finish");
    const texts = new TextSource(options.jsonl === true);
    // One block at a time is embedded: several devices need one that lasts, and nobody waits for its end at a terminal.
    const { devices = [] } = model.info();
    const blockSize = devices.length > 1 ? blockOfDevice * devices.length : undefined;
    const blocks = model.embedStream(texts.texts(), { prompt, promptName, signal, blockSize });
    const counts =
      format === "npy"
        ? await writeNpy(blocks, file!, model.info().dimensions)
        : await writeJsonLines(blocks, texts, (line) => (file ? file.write(line) : session.write(line)));
    await file?.commit();
    if (counts.truncated > 0) {
      session.warn(
        `${grouped(counts.truncated)} of ${plural(counts.texts, "text")} were longer than the model's ${model.info().maxLength}-token limit and were truncated`,
      );
    }
  } catch (error) {
    await file?.discard();
    throw error;
  } finally {
    await model.close();
  }
  return 0;
}

/** The texts of standard input, and the ids of those that were handed out and have not come back. */
class TextSource {
  readonly #asJson: boolean;
  readonly #ids: (string | number | undefined)[] = [];

  constructor(asJson: boolean) {
    this.#asJson = asJson;
  }

  async *texts(): AsyncGenerator<string> {
    for await (const line of readLines(caller().stdin)) {
      const record: TextRecord = this.#asJson ? parseTextRecord(line) : line;
      if (this.#asJson) this.#ids.push(record.id);
      yield record.text;
    }
  }

  /** Ids of the next `count` texts in input order; undefined where there is none. */
  takeIds(count: number): (string | number | undefined)[] {
    return this.#ids.splice(0, count);
  }
}

interface Counts {
  readonly texts: number;
  readonly truncated: number;
}

async function writeJsonLines(
  blocks: AsyncIterable<Embeddings>,
  source: TextSource,
  write: (lines: string) => Promise<void>,
): Promise<Counts> {
  let texts = 0;
  let truncated = 0;
  for await (const block of blocks) {
    const ids = source.takeIds(block.length);
    const cut = new Set(block.truncated);
    for (let i = 0; i < block.length; i++) {
      await write(embeddingLine(ids[i], block.at(i), block.tokenCounts[i]!, cut.has(i)));
    }
    texts += block.length;
    truncated += cut.size;
  }
  return { texts, truncated };
}

async function writeNpy(blocks: AsyncIterable<Embeddings>, file: AtomicFile, dimensions: number): Promise<Counts> {
  let texts = 0;
  let truncated = 0;
  await file.write(npyHeader(0, dimensions));
  for await (const block of blocks) {
    await file.write(littleEndianBytes(block.data));
    texts += block.length;
    truncated += block.truncated.length;
  }
  await file.rewriteStart(npyHeader(texts, dimensions));
  return { texts, truncated };
}
