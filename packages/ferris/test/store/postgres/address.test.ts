/** Where the store is: URL, service file and variables, and that no password is ever shown. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hasPassword, parseAddress, withoutPassword } from "../../../src/store/postgres/address.ts";
import { parseServices } from "../../../src/store/postgres/service-file.ts";
import { folderOf } from "../../support/files.ts";

test("takes a URL apart, and shows it without its password", () => {
  const address = parseAddress("postgresql://ann:s%40crt@db.example:6543/notes?sslmode=verify-full&schema=team", {});
  expect(address).toMatchObject({
    host: "db.example",
    port: 6543,
    user: "ann",
    password: "s@crt",
    database: "notes",
    ssl: "verify-full",
    schema: "team",
    shown: "postgres://ann@db.example:6543/notes?schema=team",
  });
  expect(parseAddress("postgres://[::1]/x", { USER: "bob" })).toMatchObject({ host: "::1", port: 5432, user: "bob" });
  expect(parseAddress("postgres://ann@/x?host=/run/postgresql", {})).toMatchObject({
    host: "/run/postgresql",
    user: "ann",
    shown: "postgres://ann@:5432/x?host=/run/postgresql",
  });
  expect(parseAddress("postgres://ann:secret@", { PGHOST: "db" })).toMatchObject({ host: "db", user: "ann" });
  expect(withoutPassword("postgres://ann:secret@/x")).toBe("postgres://ann@/x");
  expect(parseAddress("postgres://%2Frun%2Fpostgresql/x", {})).toMatchObject({ host: "/run/postgresql" });
  expect(parseAddress("postgres:///x?host=/run/postgresql", {})).toMatchObject({
    host: "/run/postgresql",
    database: "x",
  });
});

test("what hosted databases hand out is taken: modes, limits and names of sessions as libpq has them", () => {
  const url =
    "postgres://ann@db.example/notes?sslmode=allow&channel_binding=prefer&connect_timeout=3&application_name=team";
  expect(parseAddress(url, {})).toMatchObject({ ssl: "allow", connectSeconds: 3, applicationName: "team" });
  expect(
    parseAddress("postgres://db/notes", { PGCONNECT_TIMEOUT: "7", PGAPPNAME: "x", PGSSLMODE: "allow" }),
  ).toMatchObject({
    ssl: "allow",
    connectSeconds: 7,
    applicationName: "x",
  });
  const hosted = "postgres://ann@db/notes?options=endpoint%3Dcalm-river&gssencmode=disable";
  expect(parseAddress(hosted, {})).toMatchObject({ options: "endpoint=calm-river" });
  expect(parseAddress("postgres://db/notes", { PGOPTIONS: "-c x.y=1" })).toMatchObject({ options: "-c x.y=1" });
  expect(() => parseAddress("postgres://db/notes?gssencmode=require", {})).toThrow(/TLS alone/);
  expect(parseAddress("postgres://ann:p@ss%25@db/notes", {})).toMatchObject({ password: "p@ss%", host: "db" });
});

test("a service file, then variables, fill in what the URL does not say", () => {
  const folder = folderOf();
  const file = join(folder, "services.conf");
  writeFileSync(
    file,
    "# ours\n[other]\nhost=no\n\n[prod]\nhost = db1\nport=7000\nuser=svc\npassword=hidden\ndbname=shared\n",
  );
  const environment = { PGSERVICEFILE: file, PGHOST: "elsewhere", PGUSER: "env", PGPASSWORD: "env" };
  const wanted = { host: "db1", port: 7000, user: "svc", password: "hidden", database: "shared" };
  expect(parseAddress("postgres://?service=prod", environment)).toMatchObject(wanted);
  expect(parseAddress("postgres://", { ...environment, PGSERVICE: "prod" })).toMatchObject(wanted);
  expect(parseAddress("postgres://me@/own?service=prod".replace("me@/", "me@db2/"), environment)).toMatchObject({
    ...wanted,
    host: "db2",
    user: "me",
    database: "own",
  });
  expect(parseAddress("postgres://", environment)).toMatchObject({ host: "elsewhere", user: "env", password: "env" });
  expect(() => parseAddress("postgres://?service=none", environment)).toThrow(/no service "none" in .*services\.conf/);
  expect(parseServices("[a]\nx=1\n[a]\nx=2\n").get("a")).toEqual({ x: "1" });
  // Of a password only the spaces that C knows are left out.
  expect(parseServices(" [a] \r\n password = \u00a0p@ss: %41\u3000\t\r\n").get("a")).toEqual({
    password: "\u00a0p@ss: %41\u3000",
  });
});

test("what is wrong is told without the password", () => {
  const secret = "hunter2";
  for (const url of [
    `postgres://u:${secret}@host:99999999/x`,
    `postgres://u:${secret}@h o s t/x`,
    `postgres://u:${secret}@host/x?sslmode=maybe`,
    `postgres://u:${secret}@host/x?schema=Ferris;drop`,
    `postgres://u:${secret}@host/x?nonsense=1`,
    `postgres://u:${secret}@host/x?schema=pg_mine`,
    `postgres://u:${secret}@host/x?schema=information_schema`,
    `postgres://u:${secret}@host/x?schema=one&schema=other`,
    `postgres://u:${secret}@host/x?connect_timeout=soon`,
    `postgres://u:${secret}@host/x?channel_binding=require`,
    `postgres://u:${secret}%zz@host/x`,
  ]) {
    expect(() => parseAddress(url, {})).toThrow(
      expect.objectContaining({ code: "USAGE", message: expect.not.stringContaining(secret) }),
    );
    expect(withoutPassword(url)).not.toContain(secret);
  }
  expect(withoutPassword(`postgres://u@host/x?password=${secret}&sslmode=require`)).toBe(
    "postgres://u@host/x?sslmode=require",
  );
  expect(
    [`postgres://u:${secret}@h/x`, `postgres://u@h/x?password=${secret}`, "postgres://u@h/x"].map(hasPassword),
  ).toEqual([true, true, false]);
});
