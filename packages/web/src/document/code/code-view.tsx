/** A text file with line numbers, its code coloured where its language is known. */
import { useMemo } from "preact/hooks";
import { useLoaded } from "../../ui/loaded.ts";
import { shownText } from "../../ui/shown.ts";
import type { PassagePlace } from "../document-link.ts";
import { LineList } from "../lines/line-list.tsx";
import { highlightLines } from "./highlight.tsx";
import { languageOf } from "./language.ts";

interface CodeViewProps {
  readonly place: PassagePlace;
  readonly text: string;
}

/** Colours are not worth the wait for more. */
const mostColoured = 300_000;

export function CodeView({ place, text }: CodeViewProps) {
  const { path, startLine = 0, endLine = startLine } = place;
  const language = text.length > mostColoured ? null : languageOf(path);
  const plain = useMemo(
    () =>
      text
        .replace(/\r?\n$/, "")
        .split(/\r?\n/)
        .map(shownText),
    [text],
  );
  const coloured = useLoaded(`${path} ${language ?? ""} ${text.length}`, async () =>
    language === null ? null : highlightLines(plain.join("\n"), language),
  ).value;
  const contents = (coloured.state === "done" && coloured.value) || plain;
  return (
    <LineList
      isCode
      lines={contents.map((content, i) => ({ number: i + 1, content }))}
      first={startLine}
      last={startLine === 0 ? -1 : endLine}
    />
  );
}
