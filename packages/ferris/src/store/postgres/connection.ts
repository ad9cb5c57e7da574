/**
 * Work on a PostgreSQL: reads of one version, and transactions that are there whole or not at all.
 *
 * A connection that is lost in the middle (a cut link, a server that restarts) costs the transaction under way, which is begun again: whoever
 * writes through here does what gives the same when it is done twice, because a commit whose answer was lost may have happened.
 */
import {
  FerrisError,
  IndexBusyError,
  IndexNotFoundError,
  IndexNotWritableError,
  IndexUnusableError,
  StoreUnreachableError,
} from "../../errors.ts";
import { type PostgresAddress, parseAddress } from "./address.ts";
import { tlsProblem } from "./tls.ts";
import { openSessions, type Session, type SessionOptions, type Sessions, type Sql } from "./sessions.ts";

export type { Row, Sql } from "./sessions.ts";

export interface ConnectOptions extends SessionOptions {
  /** How long a server that was there is waited for, in milliseconds. */
  readonly patience?: number;
  /** Told once each time the server is waited for. */
  readonly onNotice?: ((line: string) => void) | undefined;
}

const defaultPatience = 60_000;
const firstPause = 50;
const longestPause = 2_000;
/** Of one transaction that meets others: they give way in turn. */
const mostConflicts = 50;

export interface PostgresConnection {
  /** For messages; never with a password. */
  readonly shown: string;
  /** That holds ferris' tables. */
  readonly schema: string;
  /** One statement by itself. Tried again after a lost connection: only what may happen twice. */
  query: Sql["query"];
  /** Several reads of one version of the data. @param settings of the server for these, such as `enable_seqscan = off` */
  read<T>(work: (sql: Sql) => Promise<T>, settings?: readonly string[]): Promise<T>;
  /** One transaction. `work` may be called again from its beginning: after a lost connection, a deadlock, a conflict. */
  write<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** A statement that may not be in a transaction, and may take long. It names tables with their schema. */
  maintain(text: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Connects; nothing is read yet.
 *
 * @throws UsageError for an invalid URL; StoreUnreachableError where nobody answers, or not to this role
 */
export async function connect(url: string, options: ConnectOptions = {}): Promise<PostgresConnection> {
  const address = parseAddress(url);
  try {
    return new Connection(address, await openSessions(address, options), options);
  } catch (error) {
    const told = translated(error, address.shown);
    if (told instanceof FerrisError || !isOfTheServer(error)) throw told;
    throw new StoreUnreachableError(`${address.shown} takes no connection (${(error as Error).message})`, {
      cause: withoutQuery(error as Error),
    });
  }
}

export class Connection implements PostgresConnection {
  readonly shown: string;
  readonly schema: string;
  readonly #sessions: Sessions;
  readonly #patience: number;
  readonly #onNotice: ((line: string) => void) | undefined;
  #isClosed = false;

  constructor(
    { shown, schema }: Pick<PostgresAddress, "shown" | "schema">,
    sessions: Sessions,
    { patience = defaultPatience, onNotice }: ConnectOptions = {},
  ) {
    this.shown = shown;
    this.schema = schema;
    this.#sessions = sessions;
    this.#patience = patience;
    this.#onNotice = onNotice;
  }

  query<Found>(text: string, values?: readonly unknown[]): Promise<Found[]> {
    return this.#withSession((session) => {
      const alone = (sql: Sql): Promise<Found[]> => sql.query<Found>(text, values);
      return session.opening === null ? alone(sendable(session)) : inTransaction(session, "BEGIN", alone);
    });
  }

  read<T>(work: (sql: Sql) => Promise<T>, settings: readonly string[] = []): Promise<T> {
    const begin = ["BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", ...settings.map((one) => `SET LOCAL ${one}`)];
    return this.#transaction(begin.join("; "), work);
  }

  write<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    // Whatever the role's own level: who waits for a lock reads afterwards what was written before.
    return this.#transaction("BEGIN ISOLATION LEVEL READ COMMITTED", work);
  }

  async maintain(text: string): Promise<void> {
    await this.#withSession((session) => session.queryAtLength(text));
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#sessions.close();
  }

  #transaction<T>(begin: string, work: (sql: Sql) => Promise<T>): Promise<T> {
    return this.#withSession((session) => inTransaction(session, begin, work));
  }

  async #withSession<T>(work: (session: Session) => Promise<T>): Promise<T> {
    let conflicts = 0;
    let lostSince: number | null = null;
    for (let pause = firstPause; ; pause = Math.min(longestPause, pause * 2)) {
      let session: Session | null = null;
      try {
        session = await this.#sessions.open();
        const result = await work(session);
        session.release(false);
        return result;
      } catch (error) {
        const wasLost = isLost(error) || hasNoSessionLeft(error);
        session?.release(wasLost || !isOfTheServer(error));
        if (isConflict(error) && conflicts++ < mostConflicts) {
          await wait(Math.random() * Math.min(500, 10 * conflicts));
          continue;
        }
        if (!wasLost || this.#isClosed) throw translated(error, this.shown);
        if (lostSince === null) {
          lostSince = performance.now();
          const what = isLost(error) ? "the connection was lost" : "no connection is left";
          this.#onNotice?.(`${this.shown}: ${what} (${(error as Error).message}); trying again`);
        }
        if (performance.now() - lostSince > this.#patience) throw translated(error, this.shown);
        await wait(pause);
      }
    }
  }
}

async function inTransaction<T>(session: Session, begin: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  await session.query(session.opening === null ? begin : `${begin}; ${session.opening}`);
  try {
    const result = await work(sendable(session));
    await session.query("COMMIT");
    return result;
  } catch (error) {
    // A second error would hide the first: of a session that the server has ended.
    if (!isLost(error)) await session.query("ROLLBACK").catch(() => {});
    throw error;
  }
}

/** Statements whose values PostgreSQL takes: its texts have no NUL, and what was stored has U+FFFD in its place (values.ts). */
function sendable(session: Session): Sql {
  const without = (value: unknown): unknown => {
    if (typeof value === "string") return value.includes("\0") ? value.replaceAll("\0", "\u{FFFD}") : value;
    return Array.isArray(value) ? value.map(without) : value;
  };
  return { query: (text, values) => session.query(text, values?.map(without)) };
}

const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** PostgreSQL's five letters, or Node's own code. */
function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "";
}

function isOfTheServer(error: unknown): boolean {
  return error instanceof FerrisError || /^[0-9A-Z]{5}$/.test(codeOf(error));
}

const lostCodes = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
  "EHOSTDOWN",
  "57P01", // the server is being shut down
  "57P02", // it crashed
  "57P03", // it is starting
  "25P03", // our transaction waited too long, because we were paused
  "57P05", // our session waited too long for work
]);

/** Whether the connection is gone, and another may do. */
export function isLost(error: unknown): boolean {
  const code = codeOf(error);
  if (lostCodes.has(code) || code.startsWith("08")) return true;
  return (
    error instanceof Error &&
    /^(?:Connection terminated|Query read timeout|timeout exceeded when trying to connect|timeout expired|Client has encountered a connection error|Client was closed|Cannot use a pool after)/i.test(
      error.message,
    ) &&
    !error.message.startsWith("Cannot use a pool after")
  );
}

/** Of a server that is there, and whose sessions others have: one of them will go. */
function hasNoSessionLeft(error: unknown): boolean {
  return codeOf(error) === "53300";
}

/** Another transaction was in the way: the same again may do. */
function isConflict(error: unknown): boolean {
  return ["40001", "40P01", "55P03"].includes(codeOf(error));
}

/** Of a row whose collection is gone: by its foreign key, or because no partition takes it, which is a check without a name. */
function isWithoutIndex(error: Error): boolean {
  const code = codeOf(error);
  return code === "23503" || (code === "23514" && (error as { constraint?: string }).constraint === undefined);
}

/** PostgreSQL's errors and the client's as ours, with what to do. */
export function translated(error: unknown, shown: string): unknown {
  if (!(error instanceof Error) || error instanceof FerrisError) return error;
  const code = codeOf(error);
  const { message } = error;
  const unreachable = (what: string) => new StoreUnreachableError(what, { cause: withoutQuery(error) });
  const problem = tlsProblem({ message, code });
  if (problem !== null) return unreachable(`Cannot reach ${shown}. ${problem}`);
  if (code === "28P01" || code === "28000" || /password|SASL|no pg_hba/i.test(message)) {
    return unreachable(
      `${shown} does not let this role in (${message}). Check the user, and the password in ~/.pgpass, PGPASSWORD or the service file, or the client certificate (sslcert, sslkey).`,
    );
  }
  if (code === "3D000") return unreachable(`${shown}: ${message}. Create it, or name another one.`);
  // Ferris' tables, the schema that they were in, or the index to which something is written: somebody has removed them, and may make them again.
  if (code === "42P01" || code === "3F000" || isWithoutIndex(error)) {
    return new IndexNotFoundError(`there is no index in ${shown} any more (${message})`, {
      cause: withoutQuery(error),
    });
  }
  if (code === "53300")
    return unreachable(`${shown} has no connection left (${message}). Raise max_connections, or try later.`);
  if (isLost(error) || code === "ENOTFOUND" || code === "EAI_AGAIN" || code === "ENOENT" || /SSL/i.test(message)) {
    return unreachable(
      `Cannot reach ${shown} (${message || code}). Is the server running, and may this machine connect to it?`,
    );
  }
  if (code === "25006") {
    return new IndexNotWritableError(
      `${shown} can only be read (${message}): it is a replica, or set so by default_transaction_read_only. Searches work; write to its primary.`,
      { cause: withoutQuery(error) },
    );
  }
  if (code.startsWith("53")) {
    return new IndexNotWritableError(
      `${shown} cannot be written (${message}). What was indexed so far is safe: run the same command again when it can.`,
      { cause: withoutQuery(error) },
    );
  }
  if (code === "42501") {
    return new IndexNotWritableError(`${shown}: ${message}. Grant this role the rights, or connect as another.`, {
      cause: withoutQuery(error),
    });
  }
  if (code === "57014" || code === "25P04") {
    return new IndexBusyError(
      `${shown} did not let a statement end (${message}). The limit is the server's own: raise statement_timeout or transaction_timeout for this role, as by ALTER ROLE … SET statement_timeout = '5min'.`,
      { cause: withoutQuery(error) },
    );
  }
  if (isConflict(error)) {
    return new IndexBusyError(`${shown} is busy (${message}). Try again later.`, { cause: withoutQuery(error) });
  }
  if (code === "XX001" || code === "XX002") {
    return new IndexUnusableError(`${shown} is damaged (${message}). Restore it from a backup.`, {
      cause: withoutQuery(error),
    });
  }
  return error;
}

/** Values of a statement are people's texts, and have no place in a log. */
function withoutQuery(error: Error): Error {
  return Object.assign(new Error(error.message), { code: codeOf(error) });
}
