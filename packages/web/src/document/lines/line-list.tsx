/** Lines with their numbers, the passage's marked: of a long document those around the passage, and more when they are asked for. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useScrollToPassage } from "../../ui/use-scroll-to-passage.ts";

export interface ShownLine {
  readonly number: number;
  readonly content: ComponentChildren;
}

interface LineListProps {
  readonly lines: readonly ShownLine[];
  /** The passage's first and last line. */
  readonly first: number;
  readonly last: number;
  readonly isCode?: boolean;
  /** Called for lines that are not here yet. */
  readonly onEarlier?: (() => void) | undefined;
  readonly onLater?: (() => void) | undefined;
}

const shownAround = 300;
const shownMore = 500;

export function LineList({ lines, first, last, isCode = false, onEarlier, onLater }: LineListProps) {
  const around = useSignal({ before: shownAround, after: shownAround });
  useScrollToPassage(`${first}-${last}`);
  const at = Math.max(0, indexFrom(lines, first));
  const start = Math.max(0, at - around.value.before);
  const end = Math.min(lines.length, Math.max(at, indexFrom(lines, last)) + around.value.after);
  const earlier = start > 0 ? () => widen("before") : onEarlier;
  const later = end < lines.length ? () => widen("after") : onLater;
  return (
    <>
      {earlier && (
        <button type="button" class="quiet more-lines" onClick={earlier}>
          Earlier lines
        </button>
      )}
      <ol class={`lines${isCode ? " code" : ""}`}>
        {lines.slice(start, end).map(({ number, content }, i) => (
          <li
            key={`${number}:${i}`}
            value={number}
            data-line={number}
            class={number >= first && number <= last ? "passage" : undefined}
          >
            <span class="line">{content}</span>
          </li>
        ))}
      </ol>
      {later && (
        <button type="button" class="quiet more-lines" onClick={later}>
          Later lines
        </button>
      )}
    </>
  );

  function widen(side: "before" | "after"): void {
    around.value = { ...around.value, [side]: around.value[side] + shownMore };
  }
}

/** Of the first line that is at or behind `number`; the end where there is none. */
function indexFrom(lines: readonly ShownLine[], number: number): number {
  const index = lines.findIndex((line) => line.number >= number);
  return index < 0 ? lines.length : index;
}
