/** An answer's text: models write Markdown, and cite passages by number. */
import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import { parseMarkdown } from "../document/markdown/parse.ts";
import { Renderer } from "../document/markdown/render.tsx";
import { shownText } from "../ui/shown.ts";

interface AnswerTextProps {
  readonly text: string;
  /** The address of passage `number`; undefined where there is none. */
  readonly linkOf: (number: number) => string | undefined;
}

export function AnswerText({ text, linkOf }: AnswerTextProps) {
  const { tokens } = useMemo(() => parseMarkdown(text), [text]);
  return <div class="markdown">{new AnswerRenderer(linkOf).blocks(tokens)}</div>;
}

/** As of a document, but that `[2]` leads to a passage, and nothing else leads anywhere: what a model links to is nobody's word. */
class AnswerRenderer extends Renderer {
  readonly #linkOf: AnswerTextProps["linkOf"];

  constructor(linkOf: AnswerTextProps["linkOf"]) {
    super({ path: "" }, 0, 0);
    this.#linkOf = linkOf;
  }

  protected override text(content: string): ComponentChildren {
    return content.split(/(\[\d{1,3}(?:\s*,\s*\d{1,3})*\])/).map((piece, i) => {
      return i % 2 === 0
        ? shownText(piece)
        : piece
            .slice(1, -1)
            .split(",")
            .map((number) => this.#citation(number.trim()));
    });
  }

  #citation(number: string): ComponentChildren {
    const link = this.#linkOf(Number(number));
    if (link === undefined) return `[${number}]`;
    return (
      <a class="citation" href={link} aria-label={`Passage ${number}`}>
        {number}
      </a>
    );
  }

  protected override link(href: string, children: ComponentChildren[]): ComponentChildren {
    return <span title={shownText(href)}>{children}</span>;
  }
}
