/**
 * The prompt of the interactive search: keys to a choice. @clack/core reads the keys, edits the line and redraws what has changed.
 */
import { isCancel, Prompt } from "@clack/core";
import type { Palette } from "../terminal/colour.ts";
import { frameLines } from "./frame.ts";
import type { Found, LiveSearch } from "./live-search.ts";

/** What a prompt ended with: what is to be opened, and what it stood at. */
export interface Choice {
  readonly found: Found;
  readonly input: string;
  readonly chosen: number;
}

export interface PromptOptions {
  readonly colours: Palette;
  /** To begin with. */
  readonly input: string;
  readonly chosen: number;
  readonly named: boolean;
  readonly signal: AbortSignal;
}

class LivePrompt extends Prompt<Choice> {
  readonly #live: LiveSearch;
  #chosen: number;

  constructor(live: LiveSearch, { colours, input, chosen, named, signal }: PromptOptions) {
    super({ render: () => this.#frame(colours, named), initialUserInput: input, signal });
    this.#live = live;
    this.#chosen = chosen;
    this.on("userInput", (text) => {
      if (text !== live.state.query) this.#chosen = 0;
      live.type(text);
    });
    this.on("key", (_text, key) => this.#onKey(key.name, key.ctrl === true));
  }

  get #last(): number {
    return Math.max(0, this.#live.state.found.length - 1);
  }

  #onKey(name: string | undefined, ctrl: boolean): void {
    const page = 5;
    if (name === "up" || (ctrl && name === "p")) this.#chosen -= 1;
    else if (name === "down" || (ctrl && name === "n")) this.#chosen += 1;
    else if (name === "pageup") this.#chosen -= page;
    else if (name === "pagedown") this.#chosen += page;
    else if (name === "tab") this.#live.nextMode();
    this.#chosen = Math.max(0, Math.min(this.#last, this.#chosen));
    const found = this.#live.state.found[this.#chosen];
    if (name === "return" && found) this.value = { found, input: this.userInput, chosen: this.#chosen };
  }

  protected override _shouldSubmit(): boolean {
    return this.value !== undefined;
  }

  #frame(colours: Palette, named: boolean): string {
    // Nothing stays on the screen when it has ended.
    if (this.state === "submit" || this.state === "cancel") return "";
    const { columns, rows } = process.stdout;
    // oxlint-disable-next-line no-underscore-dangle -- what the library calls it, for those who extend it
    const cursor = this._cursor;
    const view = { input: this.userInput, cursor, chosen: Math.min(this.#last, this.#chosen), named };
    return frameLines(this.#live.state, { ...view, columns: columns || usualColumns, rows: rows || 24 }, colours).join(
      "\n",
    );
  }
}

const usualColumns = 80;

/** Null where the user left. */
export async function choose(live: LiveSearch, options: PromptOptions): Promise<Choice | null> {
  const { stdout } = process;
  // A terminal that does not know its width says 0, and the library would break lines behind every character.
  if (stdout.columns === 0) stdout.columns = usualColumns;
  const choice = await new LivePrompt(live, options).prompt();
  return choice === undefined || isCancel(choice) ? null : choice;
}

/** Has a prompt that is on the screen drawn again: it listens to changes of the terminal. */
export function redraw(): void {
  process.stdout.emit("resize");
}
