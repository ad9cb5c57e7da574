/**
 * A message as its parts, with the place of every part in the file: headers, bodies, parts inside parts (RFC 2045, 2046). Nothing is decoded
 * here, and nothing is copied: a body is a range of the file's bytes.
 *
 * Lenient, as mail has to be: a boundary that is never closed ends with what holds it, lines may end with a line feed alone. One pass,
 * whatever is nested in what.
 */
import { DocumentError } from "../../../errors.ts";
import { parametersOf } from "./parameters.ts";

export interface Header {
  /** In lower case. */
  readonly name: string;
  /** Unfolded; bytes as Latin-1 characters. */
  readonly value: string;
  /** Where the line starts in the file. */
  readonly start: number;
}

export interface MimePart {
  readonly headers: readonly Header[];
  /** "text/plain", in lower case. */
  readonly type: string;
  /** Of Content-Type and Content-Disposition, decoded. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly isAttachment: boolean;
  readonly fileName: string | undefined;
  /** Byte offsets in the file; `end` is exclusive and without the line end before a boundary. */
  readonly start: number;
  readonly end: number;
  readonly children: readonly MimePart[];
}

/** A message of more parts inside each other, or beside each other, is an attack. */
const deepestParts = 50;
const mostParts = 10_000;
/** How far a boundary is looked for that no header names. */
const longestLookout = 2 ** 16;
/** Of one part's headers. */
const mostHeaderBytes = 2 ** 21;
const mostHeaders = 2_000;

interface OpenPart {
  readonly headers: readonly Header[];
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly disposition: string;
  readonly start: number;
  readonly boundary: string | undefined;
  readonly children: MimePart[];
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const dash = 0x2d;

/** Reads the message that stands in `file` from `start` to `end`. Throws DocumentError for what no mail program writes. */
export function readMessage(file: Buffer, start = 0, end = file.length): MimePart {
  const open: OpenPart[] = [];
  let parts = 0;
  let root: MimePart | undefined;
  let at = begin(start, "text/plain");
  while (at < end) {
    const newline = file.indexOf(lineFeed, at);
    const next = newline < 0 || newline >= end ? end : newline + 1;
    const boundary = file[at] === dash && file[at + 1] === dash ? boundaryAt(at, next) : null;
    if (boundary === null) {
      at = next;
      continue;
    }
    while (open.length - 1 > boundary.level) close(at);
    const holder = open[boundary.level]!;
    if (boundary.isLast) {
      // What follows is for nobody to read, unless it is another boundary further out.
      open[boundary.level] = { ...holder, boundary: undefined };
      at = next;
    } else at = begin(next, holder.type === "multipart/digest" ? "message/rfc822" : "text/plain");
  }
  while (open.length > 0) close(end);
  return root!;

  function begin(from: number, defaultType: string): number {
    if (open.length > deepestParts) throw new DocumentError("damaged", `parts nested more than ${deepestParts} deep`);
    if (++parts > mostParts) throw new DocumentError("damaged", `more than ${mostParts} parts in one message`);
    const { headers, bodyStart } = readHeaders(file, from, end);
    const contentType = parametersOf(valueOf(headers, "content-type") ?? "");
    const disposition = parametersOf(valueOf(headers, "content-disposition") ?? "");
    const type = /^[\w.+-]+\/[\w.+-]+$/.test(contentType.value) ? contentType.value : defaultType;
    const isMultipart = type.startsWith("multipart/");
    const boundary = isMultipart ? contentType.parameters.boundary || repeatedLine(file, bodyStart, end) : undefined;
    const parameters = { ...contentType.parameters, ...disposition.parameters };
    open.push({ headers, type, parameters, disposition: disposition.value, start: bodyStart, boundary, children: [] });
    return bodyStart;
  }

  function close(closedAt: number): void {
    const { headers, type, parameters, disposition, start: bodyStart, children } = open.pop()!;
    const isLast = open.length === 0 || closedAt === end;
    const bodyEnd = isLast ? closedAt : withoutLineEnd(file, bodyStart, closedAt);
    const isAttachment = disposition === "attachment";
    const fileName = parameters.filename ?? parameters.name;
    // Programs that cut headers, or filter mail, leave its words behind.
    const read = type.startsWith("multipart/") && children.length === 0 ? "text/plain" : type;
    const closed = {
      headers,
      type: read,
      parameters,
      isAttachment,
      fileName,
      start: bodyStart,
      end: bodyEnd,
      children,
    };
    const holder = open.at(-1);
    if (holder) holder.children.push(closed);
    else root = closed;
  }

  function boundaryAt(from: number, to: number): { level: number; isLast: boolean } | null {
    const line = file.toString("latin1", from + 2, Math.min(to, from + 2_000)).trimEnd();
    for (let level = open.length - 1; level >= 0; level--) {
      const { boundary } = open[level]!;
      if (boundary === undefined) continue;
      if (line === boundary) return { level, isLast: false };
      if (line === `${boundary}--`) return { level, isLast: true };
    }
    return null;
  }
}

/** The boundary of a body whose header does not name it: the first line of that form that comes again. */
function repeatedLine(file: Buffer, start: number, end: number): string | undefined {
  const lines = file.toString("latin1", start, Math.min(end, start + longestLookout)).split(/\r?\n/);
  const seen = new Set<string>();
  for (const line of lines) {
    if (!/^--[^\s-]/.test(line) || line.length > 200) continue;
    const boundary = line.slice(2).trimEnd();
    const bare = boundary.endsWith("--") ? boundary.slice(0, -2) : boundary;
    if (seen.has(bare)) return bare;
    seen.add(bare);
  }
  return undefined;
}

/** The first header called `name` (in lower case). */
export function valueOf(headers: readonly Header[], name: string): string | undefined {
  return headers.find((header) => header.name === name)?.value;
}

/** Headers up to the empty line, and where the body starts. A line that is not a header ends them too. */
function readHeaders(file: Buffer, start: number, end: number): { headers: Header[]; bodyStart: number } {
  const headers: { name: string; parts: string[]; start: number }[] = [];
  let at = start;
  while (at < end && at - start < mostHeaderBytes && headers.length < mostHeaders) {
    const newline = file.indexOf(lineFeed, at);
    const next = newline < 0 || newline >= end ? end : newline + 1;
    const line = file.toString("latin1", at, next).replace(/\r?\n$/, "");
    if (line === "") return { headers: unfolded(headers), bodyStart: next };
    if (/^[ \t]/.test(line) && headers.length > 0) headers.at(-1)!.parts.push(line);
    else {
      const colon = /^([\w!#$%&'*+.^`|~-]{1,200})[ \t]*:/.exec(line);
      // A mailbox's own line, and "From " lines that a program left in a forwarded message.
      if (colon) headers.push({ name: colon[1]!.toLowerCase(), parts: [line.slice(colon[0].length)], start: at });
      else if (!/^>?From /.test(line) || headers.length > 0) break;
    }
    at = next;
  }
  return { headers: unfolded(headers), bodyStart: at };
}

function unfolded(headers: readonly { name: string; parts: string[]; start: number }[]): Header[] {
  return headers.map(({ name, parts, start }) => ({ name, start, value: parts.join("").trim() }));
}

function withoutLineEnd(file: Buffer, start: number, end: number): number {
  let at = end;
  if (at > start && file[at - 1] === lineFeed) at--;
  if (at > start && file[at - 1] === carriageReturn) at--;
  return at;
}
