/**
 * PGP's blocks in the text of a message: signatures, keys and encrypted messages as lines of Base64. They are no words; what is signed stands
 * outside of them and stays.
 */
import { SourcedText } from "../../lines/sourced-text.ts";

const opening = /^-----BEGIN PGP (MESSAGE|SIGNATURE|PUBLIC KEY BLOCK)-----[ \t]*\r?$/gm;

export interface Unarmoured {
  readonly text: SourcedText;
  /** Whether one of the blocks was an encrypted message. */
  readonly isEncrypted: boolean;
}

/** `text` without such blocks; one that nothing closes stays. */
export function withoutArmour(text: SourcedText): Unarmoured {
  const written = text.text;
  const kept = new SourcedText();
  let done = 0;
  let isEncrypted = false;
  for (const { 0: line, 1: kind, index } of written.matchAll(opening)) {
    if (index < done) continue;
    const closing = `-----END PGP ${kind}-----`;
    const close = written.indexOf(closing, index + line.length);
    // Without its end it is a sentence about such lines, or a part of one.
    if (close < 0) break;
    kept.join(text.slice(done, index));
    done = close + closing.length;
    isEncrypted ||= kind === "MESSAGE";
  }
  return { text: done === 0 ? text : kept.join(text.slice(done)), isEncrypted };
}

/** Whether a file is an encrypted message, whatever it is called. */
export function isArmoured(bytes: Uint8Array): boolean {
  return /^\s*-----BEGIN PGP MESSAGE-----/.test(Buffer.from(bytes.subarray(0, 100)).toString("latin1"));
}
