/** A limit of the process's memory, as Linux tells of it: too little for a GPU's driver is said beforehand. */
import { expect, test } from "vitest";
import { memoryShortage } from "../../src/platform/memory-limit.node.ts";

const told = (data: string, addresses: string) => (file: "limits" | "status") =>
  file === "limits"
    ? `Limit                     Soft Limit           Hard Limit           Units\nMax data size             ${data}            unlimited            bytes\nMax address space         ${addresses}            unlimited            bytes\n`
    : "Name:\tnode\nVmPeak:\t 1089980 kB\nVmSize:\t 1048576 kB\nVmData:\t  102400 kB\n";
const megabytes = (count: number) => String(count * 2 ** 20);

test.each([
  ["unlimited", "unlimited", null],
  [megabytes(2_000), "unlimited", null],
  [megabytes(1_155), "unlimited", /takes up to 1056 MB .* may have 1055 MB more \(ulimit -d\)/],
  [megabytes(50), "unlimited", /may have 0 MB more/],
  ["unlimited", megabytes(4_000), null],
  ["unlimited", megabytes(2_000), /takes up to 1536 MB .* may have 976 MB more \(ulimit -v\)/],
])("data %s, addresses %s", (data, addresses, expected) => {
  const shortage = memoryShortage(told(data, addresses), 2);
  if (expected === null) expect(shortage).toBe(null);
  else expect(shortage).toMatch(expected);
});

test("where nobody tells, nothing is refused", () => {
  expect(memoryShortage(() => "")).toBe(null);
  expect(
    memoryShortage(() => {
      throw new Error("ENOENT");
    }),
  ).toBe(null);
});
