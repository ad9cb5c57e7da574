/**
 * What to type after an error, by its code and by the option that it names: the library's errors know no flags and no commands.
 */
import { settings } from "./config/settings.ts";
import { errorCode } from "./exit-codes.ts";

/** One sentence, or null where the message says all there is. `line` are the words of the command line, without the program's name. */
export function hintFor(error: unknown, line: readonly string[]): string | null {
  if (!(error instanceof Error)) return null;
  return dashedWordHint(error.message, line) ?? hintByCode(error);
}

/**
 * For a word that was to be left out and was read as options: `-draft` is `-d raft` to the parser, and `-rollback` nothing that it knows.
 * Null where `message`, of the error, is not about one.
 */
export function dashedWordHint(message: string, line: readonly string[]): string | null {
  const [command, ...words] = line.slice(line.findIndex((word) => word === "search" || word === "ask"));
  if (command !== "search" && command !== "ask") return null;
  const end = words.indexOf("--");
  const isDashed = (word: string): boolean => /^-\p{L}[\p{L}\p{N}_-]{2,}$/u.test(word);
  const named = (word: string): boolean => message.includes(`'${word}'`) || message.includes(`"${word.slice(2)}"`);
  const dashed = words.slice(0, end < 0 ? words.length : end).find((word) => isDashed(word) && named(word));
  if (dashed === undefined) return null;
  return `If ${dashed} is a word to leave out, put -- before the question: ferris ${command} -- … ${dashed}`;
}

function hintByCode(error: Error): string | null {
  const option = "option" in error && typeof error.option === "string" ? error.option : null;
  switch (errorCode(error)) {
    case "INDEX_NOT_FOUND":
      return "Make one with: ferris index PATH";
    case "INDEX_MISMATCH":
      return "Use the index's own model (without --model), or make another index beside it with --index NAME";
    case "MODEL_NOT_FOUND":
      return downloadHint(error);
    case "GPU_UNAVAILABLE":
      return "ferris doctor shows what was found here";
    case "KERNEL_CHECK_FAILED":
      return "The report to send is: ferris doctor --json";
    default:
      return option === null ? null : optionHint(option);
  }
}

function downloadHint(error: Error): string | null {
  const { downloadable } = error as { downloadable?: { id: string; revision: string | null } | null };
  if (!downloadable) return null;
  const { id, revision } = downloadable;
  return `On the command line: ferris pull ${id}${revision === null ? "" : ` --revision ${revision}`}`;
}

function optionHint(option: string): string | null {
  if (option === "migrate") return "On the command line: ferris db migrate";
  if (option === "name") return "The flag for it is --index NAME";
  if (option === "beir" || option === "split") return `The flag for it is --${option}`;
  const flag = Object.hasOwn(settings, option) ? settings[option as keyof typeof settings].flag : null;
  return flag === null ? null : `The flag for it is ${flag}`;
}
