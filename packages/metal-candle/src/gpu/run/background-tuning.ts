/** Measures which kernels are fastest while a session works, and has its batches run with them from then on: their bits are the same. */
import { TuningTerms } from "../choose/tuning-terms.ts";
import { makePlan } from "./plan.ts";
import type { Session } from "./session.ts";

/** Milliseconds after a load before measuring begins: a process that embeds a query and ends should not wait for kernels to compile. */
const delay = 500;

export class BackgroundTuning {
  readonly #closed = new AbortController();
  /** Settles when nothing more is measured; never rejects. */
  readonly finished: Promise<void>;

  constructor(session: Session) {
    // What fails here does not concern a batch: the kernels in use have proved themselves, and a lost device is noticed by the next batch.
    this.finished = measure(session, this.#closed.signal).catch(() => undefined);
  }

  /** Gives up, and waits until what was begun on the device is done. */
  async stop(): Promise<void> {
    this.#closed.abort();
    await this.finished;
  }
}

async function measure(session: Session, closed: AbortSignal): Promise<void> {
  const { tune, setup, weights, arena, runner } = session;
  if (tune === null) return;
  const terms = new TuningTerms((work) => runner.turns.lend(work), closed);
  await terms.rest(delay);
  if (terms.isOver) return;
  const { tuning, gemmFor } = await tune(terms);
  if (closed.aborted) return;
  const plan = await makePlan({ ...setup, choice: { ...setup.choice, gemmFor } }, weights, arena);
  if (closed.aborted) return;
  runner.use(plan);
  session.tuning = tuning;
}
