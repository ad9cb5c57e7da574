/**
 * Sets of seven bits that change their alphabet on the way, which old mail is written in: Korean (ISO-2022-KR) and Chinese (HZ). Browsers and
 * Node no longer know them; what they are made of, they do.
 */
import { latin1 } from "#platform/bytes";
import { decodeKorean } from "./korean.ts";

/** With which a text in ISO-2022-KR begins, once. */
export const koreanMark = "\x1b$)C";

/** Between two control characters each pair of bytes is one of EUC-KR, without its high bits. */
export function decodeIso2022Kr(bytes: Uint8Array): string | null {
  const text = latin1(bytes).replaceAll(koreanMark, "");
  if (/[\x80-\xff\x1b]/.test(text)) return null;
  let isOk = true;
  const decoded = text.replace(/\x0e([^\x0f\r\n]*)(?:\x0f|(?=[\r\n])|$)/g, (_, pairs: string) => {
    const words = decodeKorean(withHighBits(pairs), true);
    isOk &&= words !== null;
    return words ?? "";
  });
  return isOk ? decoded.replaceAll("\x0f", "") : null;
}

/** Between "~{" and "~}" each pair of bytes is one of GB 2312, without its high bits; "~~" is a tilde. */
export function decodeHz(bytes: Uint8Array): string | null {
  const text = latin1(bytes);
  if (/[\x80-\xff]/.test(text)) return null;
  return text.replace(/~(?:\{([^~\n]*)(?:~\}|(?=\n)|$)|~|\r?\n)/g, (whole: string, pairs: string | undefined) => {
    if (pairs !== undefined) return new TextDecoder("gb18030").decode(withHighBits(pairs));
    return whole === "~~" ? "~" : "";
  });
}

function withHighBits(text: string): Uint8Array {
  return Uint8Array.from(text, (character) =>
    character > " " ? character.charCodeAt(0) | 0x80 : character.charCodeAt(0),
  );
}
