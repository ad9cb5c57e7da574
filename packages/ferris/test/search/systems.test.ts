/** Which files are for the operating system that a query names. */
import { expect, test } from "vitest";
import { Systems } from "../../src/search/systems.ts";

test.each([
  ["battery percentage on macOS", "/src/arch/osx/sensors.c"],
  ["boot time on Mac OS X", "host/host_darwin.go"],
  ["memory usage on Linux", "/x/psutil/_pslinux.py"],
  ["windows registry", "C:\\src\\platform\\win32\\keys.c"],
  ["users logged in on FreeBSD", "arch/bsd/users.c"],
])("%s: %s", (query, path) => {
  expect(new Systems(query).of(path)).toBe("asked");
});

test.each([
  ["battery percentage", "/src/arch/osx/sensors.c"],
  ["mac address of a card", "/src/arch/osx/net.c"],
  ["battery percentage on macOS", "/src/arch/linux/sensors.c"],
  ["memory on windows", "/darwin/memory.c"],
  // Further up it is where somebody keeps everything.
  ["linux kernel", "/home/linux/a/b/c/d.md"],
])("%s: not %s", (query, path) => {
  expect(new Systems(query).of(path)).not.toBe("asked");
});

test("a file for another system is told from one for all of them", () => {
  const macOs = new Systems("boot time on macOS");
  expect(macOs.of("host/host_linux.go")).toBe("another");
  expect(macOs.of("host/host.go")).toBeNull();
  // Darwin is a BSD.
  expect(macOs.of("host/host_bsd.go")).not.toBe("another");
  expect(new Systems("boot time").of("host/host_linux.go")).toBeNull();
});
