/** The loop of a process that fuzz.ts starts: makes inputs, tries them, and says of each how it ended. Knows nothing of vitest. */
import { once } from "node:events";
import { type Random, randomFrom } from "./random.ts";
import { processorTime } from "../processor-time.ts";

export { mutated, mutatedJson } from "./mutate.ts";
export { randomFrom } from "./random.ts";

export interface FuzzTarget {
  /** Makes the input that these random numbers lead to, and says what it is. */
  readonly make: (random: Random, n: number) => { input: string; work: () => Promise<string> };
  /** Whether this error is one that the library throws on purpose; its name for the table. */
  readonly expected: (error: unknown) => string | null;
}

/** Tries inputs for ever: whoever started this process ends it. Arguments: seed, first number. */
export async function fuzzLoop({ make, expected }: FuzzTarget): Promise<void> {
  const [seed, from] = process.argv.slice(2).map(Number) as [number, number];
  // Of a file, the reader may throw after it has answered; a rejection that nobody holds ends up here, too.
  const late: string[] = [];
  const failedHere = (error: unknown): never => {
    console.error(error);
    process.exit(1);
  };
  process.on("uncaughtException", (error) => late.push(`uncaught: ${String(error)}`));
  for (let n = from; ; n++) {
    const random = randomFrom(Math.imul(seed, 0x9e3779b1) + Math.imul(n, 0x85ebca6b));
    const { input, work } = ((): ReturnType<FuzzTarget["make"]> => {
      try {
        return make(random, n);
      } catch (error) {
        // A mistake of the test's, which the handlers above would swallow.
        return failedHere(error);
      }
    })();
    const started = processorTime();
    let outcome = "";
    let wrong: string | null = null;
    try {
      outcome = await work();
    } catch (error) {
      const name = expected(error);
      outcome = name ?? "an error of nobody's";
      if (name === null)
        wrong =
          error instanceof Error ? (error.stack ?? error.message).split("\n").slice(0, 3).join(" ") : String(error);
    }
    if (late.length > 0) wrong = late.splice(0).join("; ");
    const inherited = Object.getOwnPropertyNames(Object.prototype).length;
    if (inherited !== usual) wrong = "Object.prototype was changed";
    const milliseconds = Math.round(processorTime() - started);
    const megabytes = Math.round(process.memoryUsage().rss / 2 ** 20);
    const line = `${JSON.stringify({ n, input, outcome, wrong, milliseconds, megabytes })}\n`;
    if (!process.stdout.write(line)) await once(process.stdout, "drain");
  }
}

/** Properties of every object. (Libraries add methods of newer JavaScript to other prototypes.) */
const usual = Object.getOwnPropertyNames(Object.prototype).length;
