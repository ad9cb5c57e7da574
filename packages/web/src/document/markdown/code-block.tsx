/** A block of code within Markdown. */
import { useLoaded } from "../../ui/loaded.ts";
import { shownText } from "../../ui/shown.ts";
import { highlightLines } from "../code/highlight.tsx";
import { languageNamed } from "../code/language.ts";

interface CodeBlockProps {
  readonly code: string;
  /** What stands behind its fence. */
  readonly language: string;
  readonly passage: string | undefined;
}

const mostColoured = 50_000;

export function CodeBlock({ code, language, passage }: CodeBlockProps) {
  const known = code.length > mostColoured ? null : languageNamed(language);
  const text = shownText(code.replace(/\n$/, ""));
  const coloured = useLoaded(`${known} ${text}`, async () =>
    known === null ? null : highlightLines(text, known),
  ).value;
  const lines = coloured.state === "done" ? coloured.value : null;
  return (
    <pre class={passage} tabIndex={0}>
      <code>{lines === null ? text : lines.flatMap((line, i) => (i === 0 ? [line] : ["\n", line]))}</code>
    </pre>
  );
}
