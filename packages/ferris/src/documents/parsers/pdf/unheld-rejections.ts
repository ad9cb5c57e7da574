/**
 * Promises that pdf.js rejects on a damaged file though nobody holds them. In Node such a rejection ends the process, and in pdf.js it can mean
 * that the answer somebody waits for never comes.
 *
 * As long as a PDF is open they are listened to. Other rejections are what they were: none of our business.
 */
import { turn } from "#platform/turn";
import { onUnheldRejection } from "#platform/unheld-rejections";

/** After such a rejection nothing that comes to an end takes longer, in milliseconds. */
const patience = 20_000;

export interface HeldRejections {
  /** Rejects with what pdf.js did not hand over, where nothing has gone on since; never resolves. */
  readonly stuck: Promise<never>;
  /** The reading goes on. */
  goesOn(): void;
  /** Resolves when what was rejected on the way out has been heard, too. */
  release(): Promise<void>;
}

const open = new Set<(error: unknown) => void>();
let stop: (() => void) | null = null;

export function holdRejections(milliseconds = patience): HeldRejections {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let fail: (error: unknown) => void = () => {};
  const stuck = new Promise<never>((_, reject) => (fail = reject));
  stuck.catch(() => {});
  let first: { error: unknown } | null = null;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => fail(first!.error), milliseconds);
  };
  const hear = (error: unknown) => {
    // Of two files nobody knows whose it is.
    if (first !== null || open.size > 1) return;
    first = { error };
    wait();
  };
  open.add(hear);
  stop ??= onUnheldRejection(isOfPdfjs, (error) => {
    for (const each of open) each(error);
  });
  return {
    stuck,
    goesOn: () => {
      if (first !== null) wait();
    },
    async release() {
      clearTimeout(timer);
      // Rejections are told at the end of a turn.
      for (let turns = 0; turns < 2; turns++) await turn();
      open.delete(hear);
      if (open.size > 0) return;
      stop?.();
      stop = null;
    },
  };
}

const namesOfErrors =
  /^(?:AbortException|DNLMarkerError|EOIMarkerError|FormatError|InvalidPDFException|Jbig2Error|JpegError|JpxError|MissingDataException|ParserEOFException|PasswordException|ResponseException|UnknownErrorException|XRefEntryException|XRefParseException)$/;

/** Its own kinds of error, and whatever was thrown in its files. */
function isOfPdfjs(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return namesOfErrors.test(error.name) || /[/\\]pdf(?:\.worker)?(?:\.min)?\.m?js\b/.test(error.stack ?? "");
}
