/**
 * Where a PostgreSQL is, and as whom to connect: from a URL, a service file and libpq's variables, in libpq's order of precedence.
 *
 * A password may come from any of them, or from ~/.pgpass, which the client reads itself. It is never part of `shown`, which is what messages
 * have.
 */
import { UsageError } from "../../errors.ts";
import { type Service, serviceNamed } from "./service-file.ts";
import { type SslFiles, type SslMode, sslModeOf, usualSslFiles } from "./tls.ts";

/** What names a store of this kind: `postgres://…` or `postgresql://…`. */
export function isPostgresUrl(text: string): boolean {
  return /^postgres(?:ql)?:\/\//i.test(text);
}

export interface PostgresAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly password: string | undefined;
  readonly ssl: SslMode;
  readonly sslFiles: SslFiles;
  /** What the server lists its sessions as; null: ferris. */
  readonly applicationName: string | null;
  /** For the server, of a session that begins, as in `-c statement_timeout=5min`; some poolers and hosts take their own. */
  readonly options: string | null;
  /** That a connection may take to be made; null: ferris' own. */
  readonly connectSeconds: number | null;
  /** The schema that holds ferris' tables. */
  readonly schema: string;
  /** For messages: without a password. */
  readonly shown: string;
}

export const defaultSchema = "ferris";

/** By the name in a URL's query or a service file. */
const known = new Set([
  "host",
  "port",
  "user",
  "password",
  "dbname",
  "sslmode",
  "sslrootcert",
  "sslcert",
  "sslkey",
  "service",
  "schema",
  "application_name",
  "connect_timeout",
  "channel_binding",
  "gssencmode",
  "options",
]);

/** libpq's variables, by the name of what they set. */
const variables: Readonly<Record<string, string>> = {
  host: "PGHOST",
  port: "PGPORT",
  user: "PGUSER",
  password: "PGPASSWORD",
  dbname: "PGDATABASE",
  sslmode: "PGSSLMODE",
  sslrootcert: "PGSSLROOTCERT",
  sslcert: "PGSSLCERT",
  sslkey: "PGSSLKEY",
  service: "PGSERVICE",
  application_name: "PGAPPNAME",
  connect_timeout: "PGCONNECT_TIMEOUT",
  gssencmode: "PGGSSENCMODE",
  options: "PGOPTIONS",
};

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether a URL carries a password: on a command line everybody on the machine could read it. */
export function hasPassword(url: string): boolean {
  const parsed = parse(url);
  return parsed.password !== "" || parsed.searchParams.has("password");
}

/** `url` for messages. Never throws, and never shows what it could not take apart. */
export function withoutPassword(url: string): string {
  try {
    const parsed = parse(url);
    parsed.password = "";
    parsed.searchParams.delete("password");
    return parsed.href.replace(noHost, "");
  } catch {
    return "postgres://…";
  }
}

/** @throws UsageError for a URL, a service or a setting that is invalid; none of its messages has the password */
export function parseAddress(url: string, environment: Environment = process.env): PostgresAddress {
  const parsed = parse(url);
  const given = new Map<string, string>();
  const note = (name: string, value: string): void => void (value !== "" && given.set(name, value));
  if (parsed.hostname !== noHost) note("host", decode(parsed.hostname.replace(/^\[(.*)\]$/, "$1")));
  note("port", parsed.port);
  note("user", decode(parsed.username));
  note("password", decode(parsed.password));
  note("dbname", decode(parsed.pathname.slice(1)));
  for (const [name, value] of parsed.searchParams) {
    if (parsed.searchParams.getAll(name).length > 1) {
      throw new UsageError(`the store's URL has the parameter "${name}" more than once`);
    }
    if (!known.has(name)) {
      throw new UsageError(`unknown parameter "${name}" in the store's URL; known are ${[...known].join(", ")}`);
    }
    note(name, value);
  }
  const service = serviceOf(given.get("service") ?? environment[variables.service!], environment);
  const of = (name: string): string | undefined =>
    given.get(name) ?? service?.[name] ?? (variables[name] ? environment[variables[name]] || undefined : undefined);

  const host = of("host") ?? "localhost";
  const port = Number(of("port") ?? 5432);
  if (!(Number.isInteger(port) && port > 0 && port < 65_536)) {
    throw new UsageError(`the store's port is "${of("port")}": it must be a whole number from 1 to 65535`);
  }
  const user = of("user") ?? environment.USER ?? environment.USERNAME ?? "postgres";
  const database = of("dbname") ?? user;
  const usual = usualSslFiles(environment);
  const sslFiles = {
    ca: of("sslrootcert") ?? usual.ca,
    cert: of("sslcert") ?? usual.cert,
    key: of("sslkey") ?? usual.key,
  };
  const ssl = sslModeOf(of("sslmode"), sslFiles.ca);
  // node-postgres answers a server that asks for the password itself, which this mode forbids.
  if (of("channel_binding") === "require") {
    throw new UsageError(
      "the store's channel_binding is require, which ferris cannot promise: leave it out, and say sslmode=verify-full",
    );
  }
  if (of("gssencmode") === "require") {
    throw new UsageError(
      "the store's gssencmode is require, and ferris encrypts by TLS alone: say sslmode=verify-full",
    );
  }
  const seconds = of("connect_timeout") === undefined ? null : Number(of("connect_timeout"));
  if (seconds !== null && !(Number.isInteger(seconds) && seconds >= 0 && seconds <= 3600)) {
    throw new UsageError(
      `the store's connect_timeout is "${of("connect_timeout")}": it must be whole seconds up to 3600`,
    );
  }
  const schema = of("schema") ?? defaultSchema;
  if (!/^(?!pg_|information_schema$)[a-z_][a-z0-9_]{0,39}$/.test(schema)) {
    throw new UsageError(
      `the store's schema is "${schema}": it must be a lower-case letter or _, then lower-case letters, digits and _, at most 40 of them; names with pg_, and information_schema, are PostgreSQL's own`,
    );
  }
  const place = host.includes(":") ? `[${host}]` : host.startsWith("/") ? "" : host;
  const query = [host.startsWith("/") ? `host=${host}` : "", schema === defaultSchema ? "" : `schema=${schema}`];
  const shownQuery = query.filter(Boolean).join("&");
  return {
    host,
    port,
    user,
    database,
    password: of("password"),
    ssl,
    applicationName: of("application_name") ?? null,
    options: of("options") ?? null,
    connectSeconds: seconds,
    sslFiles,
    schema,
    shown: `postgres://${encodeURIComponent(user)}@${place}:${port}/${encodeURIComponent(database)}${shownQuery && `?${shownQuery}`}`,
  };
}

function serviceOf(name: string | undefined, environment: Environment): Service | null {
  if (name === undefined || name === "") return null;
  const service = serviceNamed(name, environment);
  for (const key of Object.keys(service)) {
    if (!known.has(key)) delete (service as Record<string, string>)[key];
  }
  return service;
}

/** Stands for a host that is not there. */
const noHost = "none.invalid";

function parse(url: string): URL {
  try {
    if (!isPostgresUrl(url)) throw new TypeError("it does not begin with postgres://");
    // The URL standard has no user without a host, and libpq has: postgres://user@/name?host=/run/postgresql.
    return new URL(
      url.replace(/^postgres(?:ql)?:/i, "postgres:").replace(/^([^/?#]*\/\/[^/?#]*@)(?=[/?#:]|$)/, `$1${noHost}`),
    );
  } catch {
    // Not with the cause, which holds the whole URL and so the password.
    throw new UsageError(
      "the store must be a URL such as postgres://user@host:5432/database; in a user name, ?, #, / and @ are written %3F, %23, %2F and %40; a password belongs in ~/.pgpass, PGPASSWORD or a service file",
    );
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new UsageError("the store's URL has a % that is not followed by two hexadecimal digits; write it %25");
  }
}
