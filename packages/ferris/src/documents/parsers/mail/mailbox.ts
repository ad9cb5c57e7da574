/**
 * The messages of a mailbox (.mbox): each after a line "From SENDER DATE".
 *
 * Paragraphs begin with "From" too. So such a line counts where the file starts or a line is empty before it, if it has a sender's address
 * and a time, or a header follows; without the empty line it has to have both.
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
