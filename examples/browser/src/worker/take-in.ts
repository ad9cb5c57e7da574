/** Files that were dropped, into the index, with progress in texts and tokens. */
import type { IndexReport, PageFile, PageIndex } from "ferris/browser";
import type { IncomingFile, Message } from "../protocol.ts";

/** Speed is taken over about this many seconds. */
const speedSeconds = 10;

export async function takeIn(
  index: PageIndex,
  incoming: readonly IncomingFile[],
  signal: AbortSignal,
  tell: (message: Message) => void,
): Promise<IndexReport> {
  const samples: { seconds: number; texts: number }[] = [];
  return index.add(incoming.map(asPageFile), {
    signal,
    onFile: (file) => tell({ event: "file", file }),
    onProgress(progress) {
      samples.push({ seconds: progress.seconds, texts: progress.chunksEmbedded });
      while (samples.length > 2 && samples[1]!.seconds < progress.seconds - speedSeconds) samples.shift();
      const [first, last] = [samples[0]!, samples.at(-1)!];
      const seconds = last.seconds - first.seconds;
      tell({ event: "progress", progress, textsPerSecond: seconds > 0 ? (last.texts - first.texts) / seconds : 0 });
    },
  });
}

function asPageFile({ path, file }: IncomingFile): PageFile {
  return {
    path,
    size: file.size,
    modifiedTime: file.lastModified,
    bytes: async () => new Uint8Array(await file.arrayBuffer()),
  };
}
