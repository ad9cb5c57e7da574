/**
 * The model behind an adapter to a framework: one that the caller loaded, and closes; or a name, which is loaded with the first call that
 * needs it and closed with the adapter. Frameworks make their objects without waiting, and models take seconds.
 */
import { ModelClosedError } from "../errors.ts";

interface Closable {
  close(): Promise<void>;
}

export class HeldModel<M extends Closable> {
  readonly #given: string | M;
  readonly #load: (idOrFolder: string) => Promise<M>;
  #loading: Promise<M> | null = null;
  #closed = false;

  /** @param given an id or folder, or a model that is loaded */
  constructor(given: string | M, load: (idOrFolder: string) => Promise<M>) {
    this.#given = given;
    this.#load = load;
  }

  /** The model, loaded once for all callers. A load that failed is tried again by the next one. */
  async get(): Promise<M> {
    if (typeof this.#given !== "string") return this.#given;
    if (this.#closed) throw new ModelClosedError(`${this.#given} is closed.`);
    if (this.#loading === null) {
      const loading = this.#load(this.#given);
      this.#loading = loading;
      loading.catch(() => {
        if (this.#loading === loading) this.#loading = null;
      });
    }
    return this.#loading;
  }

  /** Closes what was loaded here; a model that was given is its owner's. */
  async close(): Promise<void> {
    this.#closed = true;
    const model = await this.#loading?.catch(() => null);
    await model?.close();
  }
}
