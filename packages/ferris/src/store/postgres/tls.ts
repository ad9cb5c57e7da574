/** Encryption as libpq has it: what its six modes mean to Node's TLS, and which files prove who the server is and who we are. */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../../errors.ts";

export type SslMode = "disable" | "allow" | "prefer" | "require" | "verify-ca" | "verify-full";
const sslModes: readonly SslMode[] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

/** Paths. */
export interface SslFiles {
  /** Who may have signed the server's certificate; `system`: whom Node trusts. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/**
 * The mode that is meant by what was said of it and of the root certificate.
 *
 * @throws UsageError for one that there is not, and for one that would not look at the certificate that is to be trusted as the system trusts it
 */
export function sslModeOf(given: string | undefined, rootCertificate: string | undefined): SslMode {
  const mode = given ?? (rootCertificate === "system" ? "verify-full" : "prefer");
  if (!(sslModes as readonly string[]).includes(mode)) {
    throw new UsageError(`the store's sslmode is "${mode}": it must be one of ${sslModes.join(", ")}`);
  }
  if (rootCertificate === "system" && mode !== "verify-full") {
    throw new UsageError(
      `the store's sslrootcert is system and its sslmode ${mode}: anybody can have a certificate that the system trusts, so say sslmode=verify-full`,
    );
  }
  return mode as SslMode;
}

/** What libpq looks for where nobody names a file; those that are there. */
export function usualSslFiles(environment: Readonly<Record<string, string | undefined>>): SslFiles {
  const folder =
    process.platform === "win32"
      ? join(environment.APPDATA ?? homedir(), "postgresql")
      : join(environment.HOME ?? homedir(), ".postgresql");
  const ifThere = (name: string): string | undefined => {
    const path = join(folder, name);
    return existsSync(path) ? path : undefined;
  };
  return { ca: ifThere("root.crt"), cert: ifThere("postgresql.crt"), key: ifThere("postgresql.key") };
}

/** What Node's TLS is given: below `verify-ca` the server's certificate is not checked. @throws UsageError for files that do not serve */
export function tlsOptions({
  ssl,
  sslFiles,
  host,
}: {
  readonly ssl: SslMode;
  readonly sslFiles: SslFiles;
  readonly host: string;
}): false | object {
  if (ssl === "disable" || host.startsWith("/")) return false;
  const read = (path: string | undefined): Buffer | undefined => {
    if (path === undefined || path === "system") return undefined;
    try {
      return readFileSync(path);
    } catch (cause) {
      throw new UsageError(`${path} cannot be read: ${(cause as Error).message}`, { cause });
    }
  };
  const files = { ca: read(sslFiles.ca), cert: read(sslFiles.cert), key: read(sslFiles.key) };
  // Node would look for a certificate in it, find none, and say that the server's is signed by nobody.
  if (files.ca && !files.ca.includes("-----BEGIN "))
    throw new UsageError(`${sslFiles.ca} has no certificate in PEM form`);
  // Node would leave it out, and the server say that there is none.
  if (files.cert && !files.key) {
    throw new UsageError(`the client certificate ${sslFiles.cert} needs its key: name that by sslkey or PGSSLKEY`);
  }
  if (ssl === "verify-full") return files;
  // libpq: with a root certificate, `require` checks who signed.
  if (ssl === "verify-ca" || (ssl === "require" && files.ca)) return { ...files, checkServerIdentity: () => undefined };
  return { ...files, rejectUnauthorized: false };
}

/** A sentence on an error of TLS, whose own message says no more than what is wrong; null for another error. */
export function tlsProblem({ message, code }: { readonly message: string; readonly code: string }): string | null {
  // OpenSSL's own: of our files, most often.
  if (code.startsWith("ERR_OSSL") || /^error:[0-9A-F]+:/i.test(message)) {
    return `The certificates or the key that were named cannot be used (${message}). A key may have no passphrase, and belongs to its certificate.`;
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return `The server's certificate is another host's (${message}). Name the server as its certificate does.`;
  }
  if (/certificate/i.test(message) && !/^[0-9A-Z]{5}$/.test(code)) {
    return `The server's certificate is not trusted (${message}). Name the authority that signed it by sslrootcert or PGSSLROOTCERT.`;
  }
  return null;
}
