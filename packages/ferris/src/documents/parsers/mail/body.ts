/**
 * The body of a part: its bytes out of Base64 or quoted-printable, its text in the part's character set, each piece of it with the line
 * of the file where it stands.
 */
import { charsetOf, piecewiseDecoder } from "../../decode/charset.ts";
import { declaredCharset } from "../../decode/declared-charset.ts";
import { chooseCharset } from "../../decode/decode.ts";
import { SourcedText } from "../../lines/sourced-text.ts";
import { type MimePart, valueOf } from "./mime.ts";
import { SourcedBytes, type SourcedPiece } from "./sourced-bytes.ts";
import { uuencodedIn } from "./uuencoded.ts";

const lineFeed = 0x0a;

/** The bytes that a part stands for. */
export function bytesOf(file: Buffer, part: MimePart): Buffer {
  const encoding = transferEncodingOf(part);
  // At once: pictures and archives are long, and nobody asks for their lines.
  if (encoding === "base64") return Buffer.from(file.toString("latin1", part.start, part.end), "base64");
  return sourcedBytesOf(file, part).bytes;
}

/** The same with the place of each of them. */
export function sourcedBytesOf(file: Buffer, part: MimePart): SourcedBytes {
  if (transferEncodingOf(part) !== "") return new SourcedBytes([...piecesOf(file, part)]);
  return new SourcedBytes([{ bytes: file.subarray(part.start, part.end), origin: part.start, isVerbatim: true }]);
}

export interface PartText {
  /** Its origins are byte offsets in the file. Lines end with a line feed. */
  readonly text: SourcedText;
  /** That its character set was neither declared nor sure. */
  readonly warning: string | null;
}

/** @param isMailbox lines that start with ">From " lost a ">" when they were put in */
export function textOf(file: Buffer, part: MimePart, isMailbox = false): PartText {
  const { text, warning } = rawTextOf(file, part, isMailbox);
  return { text: text.replace(/\r\n?/g, "\n"), warning };
}

/** The same with the line ends of the file. */
export function rawTextOf(file: Buffer, part: MimePart, isMailbox = false): PartText {
  const pieces = [...piecesOf(file, part)];
  const all = Buffer.concat(pieces.map(({ bytes }) => bytes));
  const label = part.parameters.charset;
  const isMarkup = part.type === "text/html" || part.type.endsWith("xml");
  const declared = (label === undefined ? null : charsetOf(label)) ?? (isMarkup ? declaredCharset(all) : null);
  const chosen = chooseCharset(all, declared);
  const charset = chosen?.charset ?? declared ?? "windows-1252";
  const isVerbatim = transferEncodingOf(part) === "";
  const text = new SourcedText();
  const decode = piecewiseDecoder(charset);
  for (const { bytes, origin } of pieces) {
    const words = decode(bytes);
    if (isMailbox && /^>+From /.test(words)) text.append(words.slice(1), origin + 1);
    else if (isVerbatim) text.append(words, origin);
    else text.appendMade(words, origin);
  }
  text.trail(decode(null));
  const warning = chosen === null ? `a part in an unknown character set, read as ${charset}` : null;
  return { text, warning };
}

function transferEncodingOf({ headers }: MimePart): "base64" | "quoted-printable" | "uuencode" | "" {
  const encoding = valueOf(headers, "content-transfer-encoding")?.toLowerCase() ?? "";
  if (encoding.includes("base64")) return "base64";
  if (/^\s*(?:x-)?uue/.test(encoding)) return "uuencode";
  return encoding.includes("quoted-printable") ? "quoted-printable" : "";
}

function* piecesOf(file: Buffer, part: MimePart): Generator<SourcedPiece> {
  const isText = part.type.startsWith("text/");
  const encoding = transferEncodingOf(part);
  if (encoding === "uuencode") {
    for (const { lines } of uuencodedIn(file.toString("latin1", part.start, part.end))) {
      for (const { bytes, at } of lines) yield { bytes, origin: part.start + at };
    }
    return;
  }
  /** Characters of Base64 that wait for their group to be whole. */
  let waiting = "";
  for (let at = part.start; at < part.end;) {
    const newline = file.indexOf(lineFeed, at);
    const next = newline < 0 || newline >= part.end ? part.end : newline + 1;
    if (encoding === "") yield { bytes: file.subarray(at, next), origin: at };
    else if (encoding === "quoted-printable")
      yield { bytes: quotedPrintable(file.toString("latin1", at, next)), origin: at };
    else {
      const line = file.toString("latin1", at, next);
      if (isText && isPlain(line)) {
        yield { bytes: file.subarray(at, next), origin: at };
        at = next;
        continue;
      }
      const characters = waiting + line.replace(/[^\w+/-]/g, "");
      const isEnd = next === part.end || line.includes("=");
      const whole = isEnd ? characters.length : characters.length - (characters.length % 4);
      waiting = characters.slice(whole);
      yield { bytes: Buffer.from(characters.slice(0, whole), "base64"), origin: at };
    }
    at = next;
  }
}

/** A line of words in the place of Base64: the header is wrong, or a mailing list put its own lines below. */
function isPlain(line: string): boolean {
  const others: readonly string[] = line.trim().match(/[^\w+/=-]|_{4}/g) ?? [];
  return others.length > 1 || others.includes(" ") || others.includes("____");
}

function quotedPrintable(line: string): Buffer {
  const written = line.trimEnd();
  // A line that ends with "=" goes on in the next; white space at its end is a mail program's.
  const joined = written.endsWith("=") ? written.slice(0, -1) : line.endsWith("\n") ? `${written}\n` : written;
  const decoded = joined.replace(/=([\da-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return Buffer.from(decoded, "latin1");
}
