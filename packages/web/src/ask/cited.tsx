/** An answer's text, with its citations as links to the passages. */
import type { ComponentChildren } from "preact";
import { shownText } from "../ui/shown.ts";

interface CitedProps {
  readonly text: string;
  /** The address of passage `number`; undefined where there is none. */
  readonly linkOf: (number: number) => string | undefined;
}

export function Cited({ text, linkOf }: CitedProps) {
  return (
    <>
      {text.split(/\n{2,}/).map((paragraph, i) => (
        <p key={i}>{cited(paragraph, linkOf)}</p>
      ))}
    </>
  );
}

function cited(text: string, linkOf: CitedProps["linkOf"]): ComponentChildren[] {
  return text.split(/(\[\d{1,3}(?:\s*,\s*\d{1,3})*\])/).flatMap((piece, i): ComponentChildren[] => {
    if (i % 2 === 0) return [shownText(piece)];
    return piece
      .slice(1, -1)
      .split(",")
      .map((number) => {
        const link = linkOf(Number(number));
        return link === undefined ? (
          `[${number.trim()}]`
        ) : (
          <a class="citation" href={link} aria-label={`Passage ${number.trim()}`}>
            {number.trim()}
          </a>
        );
      });
  });
}
