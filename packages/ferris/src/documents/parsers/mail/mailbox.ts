/**
 * The messages of a mailbox (.mbox): each after a line "From SENDER DATE".
 *
 * Paragraphs begin with "From" too. So such a line counts where the file starts or a line is empty before it, if it has a sender's address
 * and a time, or a header follows; without the empty line it has to have both. A message that says how long it is (Content-Length, as the
 * formats mboxcl and mboxcl2 have it) holds such lines as text, if the next message or the file's end is where it says.
 */
const lineFeed = 0x0a;

const longestLine = 1_000;
const withTime = /^From \S+ .*\b\d{1,2}:\d{2}\b.*\b\d{4}\b|^From \S+@\S+ .*\b\d{4}\b/;
const header =
  /^(?:>From |(?:Return-Path|Received|From|To|Cc|Date|Subject|Message-ID|Delivered-To|MIME-Version|Sender|Reply-To|Status|(?:X|Content|List|ARC|DKIM|Authentication)-[\w-]+):)/i;

/** Byte offsets; `start` is after the "From" line. */
export function* mailboxMessages(file: Buffer): Generator<{ start: number; end: number }> {
  let start: number | null = null;
  let afterEmpty = true;
  for (let at = 0; at < file.length;) {
    const newline = file.indexOf(lineFeed, at);
    const next = newline < 0 ? file.length : newline + 1;
    if (file[at] === 0x46 && file.toString("latin1", at, at + 5) === "From " && begins(at, next, afterEmpty)) {
      if (start !== null) yield { start, end: at };
      start = next;
      const end = declaredEnd(file, start);
      if (end !== null) {
        [at, afterEmpty] = [end, true];
        continue;
      }
    }
    afterEmpty = next - at <= 2 && file.toString("latin1", at, next).trim() === "";
    at = next;
  }
  if (start !== null) yield { start, end: file.length };

  function begins(at: number, next: number, isAfterEmpty: boolean): boolean {
    const isFull = withTime.test(file.toString("latin1", at, Math.min(next, at + longestLine)));
    const isBeforeHeader = header.test(file.toString("latin1", next, next + longestLine));
    return isAfterEmpty ? isFull || isBeforeHeader : isFull && isBeforeHeader;
  }
}

/** Headers are looked for in this much, and in this much first. */
const longestHeaders = 2 ** 16;
const usualHeaders = 2 ** 12;

/** Where the message from `start` on ends by its own account, at a "From" line or the file's end; null where that is not so. */
function declaredEnd(file: Buffer, start: number): number | null {
  let head = "";
  let end: RegExpExecArray | null = null;
  for (const most of [usualHeaders, longestHeaders]) {
    head = file.toString("latin1", start, start + most);
    end = /\r?\n\r?\n/.exec(head);
    if (end) break;
  }
  if (!end) return null;
  const length = /^Content-Length:[ \t]*(\d{1,12})[ \t]*\r?$/im.exec(head.slice(0, end.index))?.[1];
  if (!length) return null;
  const stop = start + end.index + end[0].length + Number(length);
  const [line] = /^(?:\r?\n){0,2}/.exec(file.toString("latin1", stop, stop + 4))!;
  const next = stop + line.length;
  const isNext =
    next >= file.length || (file[next - 1] === lineFeed && file.toString("latin1", next, next + 5) === "From ");
  return stop <= file.length && isNext ? next : null;
}
