/**
 * What lies between two stages: a first-in first-out queue that makes a fast producer wait for a slow consumer.
 *
 * Capacity is in the caller's own unit (characters, documents), so that memory stays flat whatever the items are.
 */
export class BoundedQueue<T> {
  readonly #capacity: number;
  readonly #items: { item: T; weight: number }[] = [];
  #weight = 0;
  #closed = false;
  #failure: { reason: unknown } | null = null;
  #changed: (() => void)[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Closed and empty. */
  get finished(): boolean {
    return this.#closed && this.#items.length === 0;
  }

  /** Takes `item` once there is room for it; an item above the capacity goes in alone. Rejects after `fail`. */
  async push(item: T, weight: number): Promise<void> {
    while (!this.#failure && this.#items.length > 0 && this.#weight + weight > this.#capacity) await this.#change();
    if (this.#failure) throw this.#failure.reason;
    this.#items.push({ item, weight });
    this.#weight += weight;
    this.#wake();
  }

  /** Nothing more will come: `take` gives undefined once the queue is empty. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /** Ends both sides with `reason`. */
  fail(reason: unknown): void {
    this.#failure ??= { reason };
    this.#wake();
  }

  /** The next item when there is one; undefined when the queue is closed and empty. Rejects after `fail`. */
  async take(): Promise<T | undefined> {
    await this.arrival();
    return this.takeNow();
  }

  /** Resolves when there is an item to take or nothing more will come; may be raced with other promises. */
  async arrival(): Promise<void> {
    while (!this.#failure && this.#items.length === 0 && !this.#closed) await this.#change();
    if (this.#failure) throw this.#failure.reason;
  }

  /** The next item if it is there already. Throws after `fail`. */
  takeNow(): T | undefined {
    if (this.#failure) throw this.#failure.reason;
    const next = this.#items.shift();
    if (next === undefined) return undefined;
    this.#weight -= next.weight;
    this.#wake();
    return next.item;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#changed.push(resolve));
  }

  #wake(): void {
    const waiting = this.#changed;
    this.#changed = [];
    for (const resolve of waiting) resolve();
  }
}
