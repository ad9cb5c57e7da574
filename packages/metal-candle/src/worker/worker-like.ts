/** A worker, as much of one as the engine's connection uses: a `Worker` of the browser is one. Types only, without the DOM's. */
export interface WorkerLike {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  // The events of the DOM are not named here: programs are compiled without its types, too.
  // oxlint-disable-next-line typescript/no-explicit-any
  addEventListener(type: string, listener: (event: any) => void): void;
  terminate(): void;
  /** Whether its `error` event tells of its end too, as a worker of a page does not. */
  readonly reportsItsEnd?: boolean | undefined;
}
