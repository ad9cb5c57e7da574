/**
 * What speaks for or against a chunk besides its words: it is what the query calls by name, or it only tells of it (a test, a list of changes);
 * it is for the operating system that the query names, or for another one.
 *
 * Tests repeat the words of what they test more often than it does itself, and change logs name everything once.
 */
import type { StoredChunk } from "../store/store.ts";
import { fold } from "../words/fold.ts";
import { partsOf } from "../words/identifiers.ts";
import type { Query } from "./query/query.ts";
import { Systems } from "./systems.ts";

const testFolder = /(?:^|[\\/])(?:tests?|__tests__|__mocks__|specs?|testdata|test[-_]data|fixtures)[\\/]/i;
const testFile =
  /(?:^|[\\/])(?:test_[^\\/]*|[^\\/]*_test|[^\\/]*[.-](?:test|spec)|[^\\/]*Tests?|conftest)\.(?!html?$|md$|pdf$|docx?$)\w{1,5}$/;
const changeLog = /(?:^|[\\/])(?:change[-_]?log|changes|history|news|release[-_]?notes|releases)(?:\.\w{1,8})?$/i;

/** Words that ask for tests or for changes: then these are as good as others. */
const asksForTests = /^(?:tests?|tested|testing|specs?|fixtures?|mocks?|assert\w*)$/i;
const asksForChanges = /^(?:changelogs?|releases?|released|versions?|deprecated)$/i;

/** Of a score. */
const secondHand = 0.75;

/** Words that announce a declaration in the languages that people search. */
const announces = new Set(
  "class def func function fn fun sub struct interface type enum trait impl module namespace const let var void static public private async export define procedure".split(
    " ",
  ),
);
const word = /[\p{L}\p{N}\p{M}]+/gu;
const isIdentifier = /\p{Ll}\p{Lu}|[^\s_]_[^\s_]|::|\p{L}\.\p{L}/u;
/** A longer query is a sentence, not a name. */
const mostNameWords = 5;

/** What a query says of the chunks that it wants, beside their words; each chunk is looked at once. */
export class Standing {
  readonly #tests: boolean;
  readonly #changes: boolean;
  readonly #names: readonly (readonly string[])[];
  readonly #systems: Systems;

  constructor({ meaning, units }: Pick<Query, "meaning" | "units">) {
    const isVersion = units.some(({ kind }) => kind === "version");
    const words = meaning.match(word) ?? [];
    this.#tests = words.some((one) => asksForTests.test(one));
    this.#changes = isVersion || words.some((one) => asksForChanges.test(one));
    this.#names = namesIn(meaning);
    this.#systems = new Systems(meaning);
  }

  /** What a score is multiplied by: less than 1 for what only tells of other files, or is for another operating system than the one asked for. */
  share({ path }: Pick<StoredChunk, "path">): number {
    const isTest = !this.#tests && (testFolder.test(path) || testFile.test(path));
    const tellsOfOthers = isTest || (!this.#changes && changeLog.test(path));
    return (tellsOfOthers ? secondHand : 1) * (this.#systems.of(path) === "another" ? secondHand : 1);
  }

  isForSystem({ path }: Pick<StoredChunk, "path">): boolean {
    return this.#systems.of(path) === "asked";
  }

  /** How well the chunk's own heading, of code its declaration, is the name that was asked for, from 0 to 1. */
  titled({ headingPath }: Pick<StoredChunk, "headingPath">): number {
    const heading = headingPath.at(-1);
    if (heading === undefined || this.#names.length === 0) return 0;
    const parts = partsOfName(heading);
    return this.#names.reduce((best, name) => Math.max(best, likeness(name, parts)), 0);
  }
}

/** 1 for the same name, more than half for one that ends in it: `psutil_pid_exists` for "pid exists". */
function likeness(asked: readonly string[], parts: readonly string[]): number {
  const isEnd =
    asked.length <= parts.length && asked.every((part, i) => parts[parts.length - asked.length + i] === part);
  if (!isEnd) return asked.join("") === parts.join("") ? 1 : 0;
  if (asked.length === parts.length) return 1;
  return asked.length > 1 ? 0.6 : 0;
}

/** The query as one name, and the identifiers in it. */
function namesIn(meaning: string): string[][] {
  const runs = meaning.split(/\s+/).filter((run) => run !== "");
  const told = runs.filter((run) => !announces.has(run.toLowerCase()));
  const names = [runs, told].filter((all) => all.length > 0 && all.length <= mostNameWords).map((all) => all.join(" "));
  return [...names, ...runs.filter((run) => isIdentifier.test(run))]
    .map(partsOfName)
    .filter((parts) => parts.length > 0);
}

function partsOfName(name: string): string[] {
  return (fold(name).match(word) ?? []).flatMap((one) => {
    const parts = partsOf(one);
    return (parts.length > 0 ? parts : [one]).map((part) => part.toLowerCase());
  });
}
