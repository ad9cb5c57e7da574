/** One step of the schema: what it is called and does. Types only; `all.ts` has them in order. */
export interface Migration {
  /** From 1, without gaps. */
  readonly version: number;
  readonly name: string;
  /** Run in order, in one transaction with those of the other steps that are due, in ferris' own schema. Never changed once released. */
  readonly statements: readonly string[];
}
