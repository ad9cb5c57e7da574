/**
 * The character set that a text file itself declares in its first lines: XML's declaration, HTML's meta elements, an editor's or
 * Python's "coding:", LaTeX's inputenc, gettext's header. Declarations are ASCII, so they can be read before anything is decoded.
 */
import { latin1 } from "#platform/bytes";
import { charsetOf } from "./charset.ts";

/** Browsers look at 1024 bytes; pages that put scripts first are read right all the same. */
const declaredWithin = 4096;

/** By `charsetOf`'s name; null where nothing is declared, or nothing that is known. */
export function declaredCharset(bytes: Uint8Array): string | null {
  const head = latin1(bytes.subarray(0, declaredWithin));
  const label =
    /^\s*<\?xml\s[^>]{0,200}?\bencoding\s*=\s*["']([\w.:-]+)["']/.exec(head)?.[1] ??
    metaCharset(head) ??
    // PEP 263, Emacs and Vim: in one of the first two lines.
    /^(?:[^\n]{0,200}\n)?[^\n]{0,200}?\b(?:file)?(?:en)?coding[:=][ \t]*([\w.-]+)/.exec(head)?.[1] ??
    /\\(?:usepackage\[([\w-]+)\]\{inputenc\}|inputencoding\{([\w-]+)\})/.exec(head)?.slice(1).find(Boolean) ??
    /^"Content-Type: text\/plain; charset=([\w.-]+)\\n"/m.exec(head)?.[1];
  if (label === undefined) return null;
  const charset = charsetOf(label);
  // Who could read the declaration knows that it is not UTF-16.
  return charset?.startsWith("utf-16") ? "utf-8" : charset;
}

function metaCharset(head: string): string | undefined {
  if (!/charset/i.test(head)) return undefined;
  const markup = head.replace(/<!--[\s\S]*?-->/g, "");
  for (const [, attributes] of markup.matchAll(/<meta\b([^>]{0,500})/gi)) {
    const found =
      /(?:^|\s|\/)charset\s*=\s*["']?\s*([\w.:-]+)/i.exec(attributes) ??
      (/\bhttp-equiv\s*=\s*["']?content-type/i.test(attributes)
        ? /\bcontent\s*=[^>]*?charset\s*=\s*["']?\s*([\w.:-]+)/i.exec(attributes)
        : null);
    if (found) return found[1];
  }
  return undefined;
}
