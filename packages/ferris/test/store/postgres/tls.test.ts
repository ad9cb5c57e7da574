/** Who the server is, and who we are: libpq's modes of encryption and its files, against a server that speaks TLS. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { parseAddress } from "../../../src/store/postgres/address.ts";
import { connect } from "../../../src/store/postgres/connection.ts";
import { certificates } from "../support/certificates.ts";
import { folderOf } from "../../support/files.ts";
import { realName, realUrl } from "../support/postgres.ts";
import { tlsLinkTo } from "../support/tls-link.ts";

/** The certificates as files, by their names. */
function files(): Record<keyof typeof certificates, string> {
  const folder = folderOf();
  const written = Object.entries(certificates).map(([name, pem]) => {
    const file = join(folder, `${name}.pem`);
    writeFileSync(file, pem);
    return [name, file];
  });
  return Object.fromEntries(written);
}

describe.runIf(realUrl !== null)(`TLS (${realName})`, () => {
  /** How many sessions see a table, or what they are told. */
  async function asked(url: URL, settings: Record<string, string>): Promise<unknown> {
    const asking = new URL(url);
    for (const [name, value] of Object.entries(settings)) asking.searchParams.set(name, value);
    try {
      const connection = await connect(asking.href);
      try {
        return (await connection.query<{ one: number }>("SELECT 1 AS one"))[0]!.one;
      } finally {
        await connection.close();
      }
    } catch (error) {
      expect(error).toMatchObject({ code: expect.stringMatching(/STORE_UNREACHABLE|USAGE/) });
      return (error as Error).message;
    }
  }

  test("the server's certificate is looked at from verify-ca on, and its name from verify-full on", async () => {
    const url = await tlsLinkTo(realUrl!);
    const { authority, another } = files();
    const byAddress = new URL(url);
    byAddress.hostname = "127.0.0.1";
    for (const sslmode of ["prefer", "require"]) expect(await asked(url, { sslmode })).toBe(1);
    const notTrusted = /certificate is not trusted .* sslrootcert/;
    // libpq: with a root certificate `require` looks at the certificate.
    expect(await asked(url, { sslmode: "require", sslrootcert: another })).toMatch(notTrusted);
    for (const sslmode of ["verify-ca", "verify-full"]) {
      expect(await asked(url, { sslmode, sslrootcert: authority })).toBe(1);
      expect(await asked(url, { sslmode, sslrootcert: another })).toMatch(notTrusted);
      expect(await asked(url, { sslmode })).toMatch(notTrusted);
    }
    expect(await asked(byAddress, { sslmode: "verify-ca", sslrootcert: authority })).toBe(1);
    expect(await asked(byAddress, { sslmode: "verify-full", sslrootcert: authority })).toMatch(/another host's/);
    expect(await asked(url, { sslrootcert: "system" })).toMatch(notTrusted);
    expect(await asked(url, { sslmode: "verify-full", sslrootcert: import.meta.filename })).toMatch(/no certificate/);
  });

  test("a client's certificate is shown, and one that cannot be is told", async () => {
    const url = await tlsLinkTo(realUrl!, { asksClient: true });
    const { client, clientKey, serverKey, lockedKey, authority } = files();
    const trusting = { sslmode: "verify-full", sslrootcert: authority };
    expect(await asked(url, { ...trusting, sslcert: client, sslkey: clientKey })).toBe(1);
    expect(await asked(url, trusting)).toMatch(/Cannot reach|certificate/);
    expect(await asked(url, { ...trusting, sslcert: client })).toMatch(/needs its key/);
    for (const sslkey of [serverKey, lockedKey])
      expect(await asked(url, { ...trusting, sslcert: client, sslkey })).toMatch(/cannot be used/);
    expect(await asked(url, { ...trusting, sslcert: client, sslkey: "/nowhere" })).toMatch(/nowhere cannot be read/);
  });

  test("files that libpq looks for in the home are found", async () => {
    const url = await tlsLinkTo(realUrl!, { asksClient: true });
    const home = folderOf();
    const folder = join(home, process.platform === "win32" ? "postgresql" : ".postgresql");
    mkdirSync(folder);
    for (const [name, pem] of [
      ["root.crt", certificates.authority],
      ["postgresql.crt", certificates.client],
      ["postgresql.key", certificates.clientKey],
    ] as const)
      writeFileSync(join(folder, name), pem);
    for (const variable of ["HOME", "APPDATA"]) vi.stubEnv(variable, home);
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await asked(url, { sslmode: "verify-full" })).toBe(1);
  });
});

test("whom the system trusts is anybody: only verify-full goes with that, and is meant where nothing is said", () => {
  const environment = { HOME: folderOf() };
  expect(parseAddress("postgres://db/x?sslrootcert=system", environment).ssl).toBe("verify-full");
  for (const mode of ["prefer", "require", "verify-ca"]) {
    expect(() => parseAddress(`postgres://db/x?sslrootcert=system&sslmode=${mode}`, environment)).toThrow(
      /say sslmode=verify-full/,
    );
  }
});
