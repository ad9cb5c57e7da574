/**
 * What `ferris index` itself has written into a folder that it is to index: lists of files (`--report`), lines of progress (`--json`). They
 * quote the names of all documents, and would be found by each of them.
 */
import { latin1 } from "#platform/bytes";

/** As reports are written: what became of a file, and its path. */
const reportLine =
  /^(?:added|changed|renamed|unchanged|removed|ignored|filtered|hidden|dependencies|build output|lock file|minified|backup|own file|binary|picture|too large|symbolic link|not a file|duplicate|empty|unsupported|unreadable|encoding|damaged|encrypted|no text)\t(?:\/|[A-Za-z]:\\|\\\\)/;
const jsonLine = /^\{"type":"(?:file","path":".{1,4000}?","outcome":"|progress","walkFinished":)/;

const mostHead = 4_096;
/** One of them may be quoted at the beginning of somebody's notes. */
const judgedLines = 3;

/** Whether the first lines of a file are such output. */
export function isOwnOutput(bytes: Uint8Array): boolean {
  // Most files are told by their first letters.
  const head = latin1(bytes.subarray(0, mostHead));
  if (!reportLine.test(head) && !jsonLine.test(head)) return false;
  const lines = head.split("\n");
  // The last of them may be cut.
  if (bytes.length > mostHead && lines.length > 1) lines.pop();
  return lines.slice(0, judgedLines).every((line) => line === "" || reportLine.test(line) || jsonLine.test(line));
}
