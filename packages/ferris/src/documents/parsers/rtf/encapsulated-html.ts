/**
 * HTML inside of RTF, as Outlook keeps the text of its messages (MS-OXRTFEX): tags stand in groups of their own, text stands as RTF, and what is
 * there for programs that know RTF alone is marked.
 */
import { codePageLabel, decodeBytes, fontCharsetLabel } from "./charsets.ts";
import { rtfTokens } from "./tokens.ts";

/** Groups inside of each other; no program writes as many. */
const deepest = 5_000;
/** Control words that stand for a character of the HTML. */
const characters: Readonly<Record<string, string>> = {
  par: "\r\n",
  line: "\r\n",
  tab: "\t",
  lquote: "&lsquo;",
  rquote: "&rsquo;",
  ldblquote: "&ldquo;",
  rdblquote: "&rdquo;",
  bullet: "&bull;",
  endash: "&ndash;",
  emdash: "&mdash;",
  "~": "&nbsp;",
  _: "&shy;",
  "{": "{",
  "}": "}",
  "\\": "\\",
};
/** Groups without a part of the HTML. */
const passedOver = new Set(["fonttbl", "colortbl", "stylesheet", "info", "pict", "generator"]);

interface State {
  readonly isInTag: boolean;
  /** For programs that know RTF alone. */
  isForRtf: boolean;
  isPassedOver: boolean;
  font: number;
  /** How many characters stand in for one that is given by its number. */
  fallback: number;
}

/** Says so in its first words. */
export function holdsHtml(rtf: string): boolean {
  return /\\fromhtml1(?!\d)/.test(rtf.slice(0, 1_000));
}

/** @param rtf a character a byte */
export function htmlIn(rtf: string): string {
  const states: State[] = [];
  let state: State = { isInTag: false, isForRtf: false, isPassedOver: false, font: 0, fallback: 1 };
  const fonts = new Map<number, string | undefined>();
  let isInFonts = false;
  let codePage = "windows-1252";
  /** A group that has only just begun, and one whose first word was `\\*`. */
  let [isAtStart, isPassable] = [false, false];
  let toSkip = 0;
  let bytes: number[] = [];
  const html: string[] = [];
  const isHidden = () => state.isPassedOver || (state.isForRtf && !state.isInTag);
  const flush = () => {
    if (bytes.length > 0) html.push(decodeBytes(bytes, (!state.isInTag && fonts.get(state.font)) || codePage));
    bytes = [];
  };
  for (const token of rtfTokens(rtf)) {
    const [wasAtStart, wasPassable] = [isAtStart, isPassable];
    isAtStart = token.kind === "open";
    isPassable = false;
    if (token.kind === "byte") {
      if (toSkip > 0) toSkip--;
      else if (!isHidden()) bytes.push(token.value);
      continue;
    }
    if (token.kind === "text") {
      const text = token.text.slice(toSkip);
      toSkip = Math.max(0, toSkip - token.text.length);
      if (isHidden()) continue;
      // Bytes above ASCII stand as they are in some.
      if (/[\x80-\xff]/.test(text)) for (const byte of Buffer.from(text, "latin1")) bytes.push(byte);
      else if (text !== "") {
        flush();
        html.push(text);
      }
      continue;
    }
    flush();
    toSkip = 0;
    if (token.kind === "open") {
      if (states.length >= deepest) break;
      states.push(state);
      state = { ...state };
    } else if (token.kind === "close") {
      state = states.pop() ?? state;
      if (!state.isPassedOver) isInFonts = false;
    } else if (token.name === "*" && wasAtStart) isPassable = true;
    else control(token.name, token.value, wasAtStart, wasPassable);
  }
  flush();
  return html.join("");

  function control(name: string, value: number | null, wasAtStart: boolean, wasPassable: boolean): void {
    if (wasPassable && name === "htmltag") state = { ...state, isInTag: true };
    else if (wasPassable || (wasAtStart && passedOver.has(name))) {
      state.isPassedOver = true;
      isInFonts ||= name === "fonttbl";
    } else if (name === "htmlrtf") state.isForRtf = value !== 0;
    else if (name === "ansicpg") codePage = codePageLabel(value ?? 1252);
    else if (name === "f") {
      state.font = value ?? 0;
      if (isInFonts) fonts.set(state.font, undefined);
    } else if (name === "fcharset" && isInFonts) fonts.set(state.font, fontCharsetLabel(value ?? 0));
    else if (name === "uc") state.fallback = Math.min(Math.max(0, value ?? 1), 100);
    else if (name === "u" && value !== null) {
      if (!isHidden()) html.push(String.fromCharCode(value & 0xffff));
      toSkip = state.fallback;
    } else if (!isHidden() && Object.hasOwn(characters, name)) html.push(characters[name]!);
  }
}
