/**
 * Which parts of a message are its text, and which are attached to it. Of alternatives the plain one is read, unless it only says that there is
 * another.
 */
import { textOf } from "./body.ts";
import type { MimePart } from "./mime.ts";

export interface MessageParts {
  /** Plain texts, HTML, calendars, messages inside of it; in order. */
  readonly texts: readonly MimePart[];
  readonly attachments: readonly MimePart[];
}

const inline = new Set([
  "text/plain",
  "text/html",
  "text/calendar",
  "text/enriched",
  "text/richtext",
  "message/rfc822",
]);
const reports =
  /^(?:message\/(?:delivery-status|disposition-notification|feedback-report|global|rfc822-headers)|text\/rfc822-headers)$/;

/** A plain part of fewer words than this share of the other's is looked at. */
const stubShare = 0.5;
const longestStub = 2_000;
/** Words of the plain part alone that make it worth keeping beside the other. */
const ownWords = 20;

export function partsOf(file: Buffer, message: MimePart): MessageParts {
  const texts: MimePart[] = [];
  const attachments: MimePart[] = [];
  collect(message);
  return { texts, attachments };

  function collect(part: MimePart): void {
    if (part.type === "multipart/alternative") return alternatives(part);
    if (part.type.startsWith("multipart/")) return part.children.forEach(collect);
    const isNamed = part.fileName !== undefined && part.type !== "message/rfc822";
    const isText = inline.has(part.type) || reports.test(part.type);
    if (isText && !part.isAttachment && !(isNamed && part !== message)) texts.push(part);
    else if (part.type === "message/rfc822") texts.push(part);
    else attachments.push(part);
  }

  function alternatives(part: MimePart): void {
    const found = partsOf(file, { ...part, type: "multipart/mixed" });
    attachments.push(...found.attachments);
    const plain = found.texts.filter(({ type }) => type === "text/plain");
    const html = found.texts.filter(({ type }) => type === "text/html");
    const rest = found.texts.filter((text) => !plain.includes(text) && !html.includes(text));
    const worth = html.length === 0 || plain.length === 0 ? null : worthOf(plain, html);
    texts.push(...(worth === "html" ? [] : plain), ...(worth === "plain" ? [] : html), ...rest);
  }

  function worthOf(plain: readonly MimePart[], html: readonly MimePart[]): "plain" | "html" | "both" {
    const written = plain.map((part) => textOf(file, part).text.text).join(" ");
    if (written.trim() === "") return "html";
    if (written.length > longestStub) return "plain";
    const own = wordsOf(written);
    const other = wordsOf(html.map((part) => withoutTags(textOf(file, part).text.text)).join(" "));
    const shared = [...other].filter((word) => own.has(word)).length;
    if (other.size < 5 || shared >= stubShare * other.size) return "plain";
    const extra = [...own].filter((word) => !other.has(word)).length;
    return extra > ownWords ? "both" : "html";
  }
}

function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]{2,}/gu));
}

/** Roughly: enough to count words. */
function withoutTags(html: string): string {
  let text = "";
  const lower = html.toLowerCase();
  for (let at = 0; at < html.length;) {
    const open = html.indexOf("<", at);
    if (open < 0) return text + html.slice(at);
    text += `${html.slice(at, open)} `;
    const raw = /^<(style|script|head|title)\b/i.exec(html.slice(open, open + 10))?.[1]?.toLowerCase();
    const from = raw === undefined ? open : lower.indexOf(`</${raw}`, open);
    const close = from < 0 ? -1 : html.indexOf(">", from);
    if (close < 0) return text;
    at = close + 1;
  }
  return text;
}
