/**
 * What programs print to a terminal, as it looks in the end: without colours and cursor movements, and of a line that was written over and over
 * only the last state.
 */
import type { SourcedText } from "../../lines/sourced-text.ts";

// Of ECMA-48: control sequences, operating system commands, and two-character escapes.
const codes = /\u001b(?:\[[0-?]{0,50}[ -/]{0,5}[@-~]|\][^\u0007\u001b]{0,500}(?:\u0007|\u001b\\)|[@-Z\\^_=>78c])/g;

export function withoutTerminalCodes(text: SourcedText): SourcedText {
  const plain = text.text.includes("\u001b") ? text.replace(codes, "") : text;
  // Looking for lines that were written over costs more than all else, and most programs only write on.
  if (!plain.text.includes("\r")) return plain;
  return plain.replace(/(?<!\r)\r+\n/g, "\n").replace(/(?<![^\r\n])[^\r\n]*\r(?=[^\r\n])/g, "");
}
