/**
 * An option of a command, defined once: the parser reads its flags, help its description, completion its values, and the tables of
 * docs/cli.md all of them (reference.ts).
 *
 * A flag that is a setting (config/settings.ts) takes its values from there. What several commands share is in
 * commands/shared-options.ts.
 */
import { Option } from "commander";
import { settings } from "./config/settings.ts";
import { expandHome } from "./io/home.ts";

/** What stands where a value is expected: these words, something on the disk, a document type, or nothing that a shell could know. */
export type Values = readonly string[] | "files" | "folders" | "types" | "anything";

/** An option that knows its values. */
export class Flag extends Option {
  readonly values: Values;
  readonly isRepeated: boolean;
  /** The values that it was given, in order. */
  readonly given: string[] = [];

  /**
   * @param flags as commander writes them: `-k, --limit <n>`
   * @param values what may be given; by default a setting's choices, or what the placeholder says (`<dir>`, `<file>`, `<path>`)
   */
  constructor(flags: string, description: string, { values, repeated = false, as }: FlagOptions = {}) {
    super(flags, repeated ? `${description} (may be repeated)` : description);
    if (as !== undefined) this.attributeName = () => as;
    this.values = values ?? settingChoices(this.attributeName()) ?? placeholderValues(flags);
    this.isRepeated = repeated;
    this.argParser((text: string): string | readonly string[] => {
      // A shell leaves the ~ of --output=~/x alone, and whoever starts us without one leaves all of them.
      const value = this.values === "files" || this.values === "folders" ? expandHome(text) : text;
      this.given.push(value);
      return repeated ? [...this.given] : value;
    });
  }

  /** What is lost where an option that takes one value was given several: a sentence, or null. */
  get lostValues(): string | null {
    if (this.isRepeated || this.given.length < 2) return null;
    return `${this.long} was given ${this.given.length} times; the last value, "${this.given.at(-1)}", is used`;
  }
}

export interface FlagOptions {
  readonly values?: Values;
  /** Gathered into a list. */
  readonly repeated?: boolean;
  /** What its value is called among a command's options, where its flag's name is another's: that of a setting. */
  readonly as?: string;
}

/** The values of any option of a command tree. */
export function valuesOf(option: Option): Values {
  return option instanceof Flag ? option.values : "anything";
}

/** "one of a, b and c" as help writes it: `cards, csv or md`. */
export function listed(choices: readonly string[]): string {
  return `${choices.slice(0, -1).join(", ")} or ${choices.at(-1)}`;
}

/** What a positional argument of this name is. */
export function placeholderValues(text: string): Values {
  const name = /[<[]([a-z]+)/.exec(text)?.[1] ?? text;
  if (name === "dir" || name === "model") return "folders";
  return ["path", "file", "glob", "questions"].includes(name) ? "files" : "anything";
}

function settingChoices(name: string): readonly string[] | undefined {
  return Object.hasOwn(settings, name) ? settings[name as keyof typeof settings].choices : undefined;
}
