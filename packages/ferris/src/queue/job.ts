/** What the queue holds and says. Types only. */

/** A document that is to be read, cut, embedded and written. */
export interface NewJob {
  /** Absolute, as the index spells it. */
  readonly path: string;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modifiedTime: number;
  /** A chunk's most tokens; null: what the model reads. */
  readonly maxTokens: number | null;
  /** The file's bytes; null: workers read the path themselves, those that were told to trust it. */
  readonly content: Uint8Array | null;
  /** The higher, the sooner. */
  readonly priority: number;
}

/** A job that a worker holds. */
export interface Claim extends Omit<NewJob, "priority"> {
  readonly id: number;
  /** Whoever commits must find this number in the job's row. */
  readonly lease: number;
  /** This one included. */
  readonly attempts: number;
}

export interface ClaimOptions {
  readonly worker: string;
  /** Jobs are taken until they have this many bytes. */
  readonly bytes: number;
  readonly most: number;
  /** Until others may take it. */
  readonly seconds: number;
  /** Of jobs without their bytes, those whose path is one of these or lies below one are taken. */
  readonly readsBelow: readonly string[];
}

/** What is not done yet: by this worker, or by none of its kind. */
export interface QueueRest {
  /** Jobs that it could take, or that somebody is at. */
  readonly within: number;
  /** Jobs without their bytes, below no folder that it trusts, that nobody is at. */
  readonly outside: number;
  /** One of those; null where there is none. */
  readonly outsidePath: string | null;
}

/** What one transaction has written. */
export interface WorkDone {
  readonly documents: number;
  readonly chunks: number;
  readonly tokens: number;
  /** Of the documents. */
  readonly bytes: number;
  /** That it took, of this worker's time. */
  readonly seconds: number;
}

export interface QueueCounts {
  readonly waiting: number;
  readonly running: number;
  readonly failed: number;
  /** Of those that wait, the ones that carry no bytes: for workers that trust their paths. */
  readonly byPath: number;
  /** Of the contents that wait in the database. */
  readonly bytes: number;
  /** Of the documents that wait or are worked on, wherever their contents are. */
  readonly bytesLeft: number;
}

export interface FailedJob {
  readonly id: number;
  readonly path: string;
  readonly attempts: number;
  readonly error: string;
  readonly size: number;
}

/** A document that a worker has, or had when it died: until its lease ends. */
export interface RunningJob {
  readonly id: number;
  readonly path: string;
  /** This one included. */
  readonly attempts: number;
  readonly worker: string;
  readonly size: number;
}

/** A worker that was seen within half a minute. */
export interface WorkerStatus {
  /** Host, process and a random part. */
  readonly id: string;
  readonly devices: string;
  /** Since it started. */
  readonly seconds: number;
  readonly documents: number;
  readonly chunks: number;
  readonly tokens: number;
  /** Of its last minutes of work, in which it had documents. */
  readonly tokensPerSecond: number;
  readonly bytesPerSecond: number;
}

export interface QueueStatus extends QueueCounts {
  readonly workers: readonly WorkerStatus[];
  /** Of all workers together, as they were in their last minutes of work. */
  readonly tokensPerSecond: number;
  /** Until the queue is empty, at that rate; null while nobody works, or before anything was done. */
  readonly secondsLeft: number | null;
}
