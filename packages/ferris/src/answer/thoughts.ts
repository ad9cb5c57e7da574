/**
 * Takes a model's thoughts out of its answer, as it streams, where a server does not parse them: `<think>…</think>` and its relatives.
 *
 * Thoughts come first, in a block that one of the openings below begins. Some chat templates write the opening themselves, so that
 * the answer holds the closing alone: what came before it were thoughts after all, and the answer begins again.
 */
const blocks: readonly (readonly [opening: string, closing: string])[] = [
  ["<think>", "</think>"],
  ["<thinking>", "</thinking>"],
  ["<thought>", "</thought>"],
  ["<reasoning>", "</reasoning>"],
  ["<seed:think>", "</seed:think>"],
  ["[THINK]", "[/THINK]"],
  ["◁think▷", "◁/think▷"],
  ["<|channel|>analysis<|message|>", "<|channel|>final<|message|>"],
];
const closings = blocks.map(([, closing]) => closing);

export class ThoughtFilter {
  /** Not judged yet, or thoughts that have not ended. */
  #held = "";
  #state: "beginning" | "thinking" | "answer" = "beginning";
  #closing = "";
  readonly #onRestart: () => void;

  /** `onRestart` is told when all that was let through turns out to have been thoughts. */
  constructor(onRestart: () => void = () => {}) {
    this.#onRestart = onRestart;
  }

  /** True while a block of thoughts is open. */
  get isThinking(): boolean {
    return this.#state === "thinking";
  }

  /** What of the answer can be shown, now that `piece` came. */
  push(piece: string): string {
    this.#held += piece;
    for (;;) {
      if (this.#state === "beginning" && !this.#begin()) return "";
      if (this.#state === "answer") {
        if (!this.#restart()) return this.#show();
        continue;
      }
      const end = this.#held.indexOf(this.#closing);
      if (end < 0) {
        // Thoughts may be long: what cannot be part of the closing is let go.
        this.#held = this.#held.slice(-this.#closing.length);
        return "";
      }
      this.#held = this.#held.slice(end + this.#closing.length);
      this.#state = "beginning";
    }
  }

  /** What was held back, when nothing more comes. */
  end(): string {
    const rest = this.#state === "thinking" ? "" : this.#held;
    this.#held = "";
    return rest;
  }

  /** Decides what begins; false while more has to come. */
  #begin(): boolean {
    const text = this.#held.trimStart();
    for (const [opening, closing] of blocks) {
      if (text.startsWith(opening)) {
        this.#held = text.slice(opening.length);
        this.#state = "thinking";
        this.#closing = closing;
        return true;
      }
      if (opening.startsWith(text)) return false;
    }
    this.#state = "answer";
    this.#held = text;
    return true;
  }

  /** Begins again behind the last closing without an opening, where there is one. */
  #restart(): boolean {
    const ends = closings.map((closing) => this.#held.lastIndexOf(closing) + closing.length);
    const end = Math.max(...ends.filter((each, i) => each >= closings[i]!.length));
    if (end < 0) return false;
    this.#held = this.#held.slice(end);
    this.#state = "beginning";
    this.#onRestart();
    return true;
  }

  /** All but what may be the beginning of a closing. */
  #show(): string {
    const shown = this.#held.slice(0, this.#held.length - heldBack(this.#held));
    this.#held = this.#held.slice(shown.length);
    return shown;
  }
}

/** How many characters at the end of `text` may be the beginning of a closing. */
function heldBack(text: string): number {
  let most = 0;
  for (const closing of closings) {
    for (let length = Math.min(closing.length - 1, text.length); length > most; length--) {
      if (text.endsWith(closing.slice(0, length))) most = length;
    }
  }
  return most;
}
