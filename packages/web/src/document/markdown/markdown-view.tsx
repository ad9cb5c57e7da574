/** Markdown, rendered: elements are made of its tokens one by one, and nothing of a document is ever parsed as HTML. */
import { useMemo } from "preact/hooks";
import { useScrollToPassage } from "../../ui/use-scroll-to-passage.ts";
import type { PassagePlace } from "../document-link.ts";
import { parseMarkdown } from "./parse.ts";
import { Renderer } from "./render.tsx";

interface MarkdownViewProps {
  readonly place: PassagePlace;
  readonly text: string;
}

export function MarkdownView({ place, text }: MarkdownViewProps) {
  const { startLine = 0, endLine = startLine } = place;
  const { tokens, frontMatter } = useMemo(() => parseMarkdown(text), [text]);
  useScrollToPassage(`${startLine}-${endLine}`);
  return (
    <div class="markdown">
      {frontMatter !== null && (
        <details class="front-matter">
          <summary>Front matter</summary>
          <pre>{frontMatter}</pre>
        </details>
      )}
      {new Renderer(place, startLine, endLine).blocks(tokens)}
    </div>
  );
}
