/**
 * The indexes that an MCP server answers from, by name. One that is missing today is opened when it is there.
 */
import { UsageError } from "../errors.ts";
import type { NamedFerris } from "../several-indexes.ts";

export class McpIndexes {
  readonly all: readonly NamedFerris[];

  /** @throws UsageError for none, or two of one name */
  constructor(all: readonly NamedFerris[]) {
    if (all.length === 0) throw new UsageError("there is no index to serve");
    const names = all.map(({ name }) => name);
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined) throw new UsageError(`two indexes are called "${twice}"`);
    this.all = all;
  }

  get names(): readonly string[] {
    return this.all.map(({ name }) => name);
  }

  get isSingle(): boolean {
    return this.all.length === 1;
  }

  /** The index called `name`, or all of them where no name is given. @throws UsageError for a name that none has */
  chosen(name: string | undefined): readonly NamedFerris[] {
    if (name === undefined) return this.all;
    const found = this.all.find((index) => index.name === name);
    if (!found) throw new UsageError(`there is no index "${name}": it must be one of ${this.names.join(", ")}`);
    return [found];
  }

  /** The only index, or the one called `name`. @throws UsageError where there are several and none is named */
  one(name: string | undefined): NamedFerris {
    const [first, second] = this.chosen(name);
    if (second) throw new UsageError(`say which index: ${this.names.join(", ")}`);
    return first!;
  }
}
