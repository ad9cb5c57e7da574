/**
 * Subtitles (.srt, .vtt): what is said, without counters and times. A section is what is said without a pause, up to about a minute, and is called by the time at which
 * it starts.
 */
import { ContentBuilder } from "../content-builder.ts";
import { decodeText } from "../decode/decode.ts";
import type { ParsedDocument } from "../document.ts";
import { DocumentError } from "../../errors.ts";
import { SourcedText } from "../lines/sourced-text.ts";
import type { ParserInput } from "./parser.ts";
import { linesOf, type TextLine } from "./sections.ts";

const timing =
  /^\s*(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})\s*-->\s*(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})/;

/** Seconds. */
const longPause = 5;
const longestSection = 60;

export function parseSubtitles({ bytes }: ParserInput): ParsedDocument {
  const text = decodeText(bytes);
  const lines = linesOf(text.content);
  const builder = new ContentBuilder(text);
  const isWeb = /^\ufeff?WEBVTT/.test(text.content);
  let said = new SourcedText();
  let began = Number.NEGATIVE_INFINITY;
  let ended = Number.NEGATIVE_INFINITY;
  let previous = "";
  let cues = 0;
  for (let index = 0; index < lines.length; index++) {
    const times = timing.exec(lines[index]!.text);
    if (!times) continue;
    cues++;
    const start = secondsOf(times.slice(1, 4));
    if (start - ended > longPause || start - began > longestSection || start < began) {
      flush();
      began = start;
    }
    ended = secondsOf(times.slice(5, 8));
    for (index++; index < lines.length; index++) {
      const line = lines[index]!;
      if (line.text.trim() === "") {
        // Some programs leave empty lines within what is said.
        if (goesOn(lines, index + 1, isWeb)) continue;
        break;
      }
      if (timing.test(line.text)) {
        index--;
        break;
      }
      const words = spoken(SourcedText.of(line.text, line.start));
      // Captions that roll up show each line twice.
      if (words.text === "" || words.text === previous) continue;
      previous = words.text;
      if (said.length > 0) said.trail("\n");
      said.join(words);
    }
  }
  flush();
  if (cues === 0) throw new DocumentError("damaged", "no times of subtitles in it");
  return builder.finish("subtitles", { warnings: text.warnings });

  function flush(): void {
    if (said.length > 0) builder.section(1, clock(began));
    builder.add("prose", said);
    said = new SourcedText();
  }
}

/** Whether what follows an empty line is more of what is said: not the next time, which a counter or a name may stand above, and no note. */
function goesOn(lines: readonly TextLine[], start: number, isWeb: boolean): boolean {
  const first = lines[start]?.text ?? "";
  const isCounter = /^\s*\d+\s*$/.test(first);
  let next = start + 1;
  while (isCounter && lines[next]?.text.trim() === "") next++;
  if (timing.test(first) || timing.test(lines[next]?.text ?? "")) return false;
  return !(isWeb && /^(?:NOTE|STYLE|REGION)(?:\s|$)/.test(first));
}

/** Without marks for colours and places; a voice's name stays. */
function spoken(line: SourcedText): SourcedText {
  const voice = /^\s*<v(?:\.[^\s>]*)?\s+([^\s<>][^<>]*)>/.exec(line.text);
  const words = line
    .slice(voice?.[0].length ?? 0)
    .replace(/<\/?(?:[a-z]+(?:[.\s=][^<>]*)?|\d\d:[\d:.]+(?:[\s=][^<>]*)?)>/gi, "")
    .replace(/\{\\[^{}]*\}/g, "")
    .replace(/&amp;/g, "&")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&(?:nbsp|lrm|rlm);/g, " ")
    .trim();
  if (!voice || words.length === 0) return words;
  return new SourcedText().appendMade(`${voice[1]!.trim()}: `, line.originAt(0)).join(words);
}

function secondsOf([hours = "0", minutes, seconds]: readonly string[]): number {
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

function clock(seconds: number): string {
  const parts = [seconds / 3600, (seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(Math.floor(part)).padStart(2, "0")).join(":");
}
