/**
 * Operating systems by the names that people say and those that source files carry: a question about macOS is answered in `osx/sensors.c`,
 * `_darwin.go` or `macos.py`, where "macOS" stands nowhere.
 */

interface System {
  /** In a query. */
  readonly said: RegExp;
  /** As a step or part of a path; from five letters on also at the end of one (`_pslinux.py`). */
  readonly written: readonly string[];
}

const systems: readonly System[] = [
  { said: /\b(?:mac ?os(?: x)?|os ?x|darwin|mac(?!\s+address))\b/i, written: ["macos", "osx", "darwin", "mac"] },
  { said: /\b(?:windows|win32|win64|winapi)\b/i, written: ["windows", "win32", "win64", "win", "winapi", "nt"] },
  { said: /\blinux\b/i, written: ["linux"] },
  { said: /\bfreebsd\b/i, written: ["freebsd", "bsd"] },
  { said: /\bopenbsd\b/i, written: ["openbsd", "bsd"] },
  { said: /\bnetbsd\b/i, written: ["netbsd", "bsd"] },
  { said: /\bbsd\b/i, written: ["bsd", "freebsd", "openbsd", "netbsd", "dragonfly"] },
  { said: /\b(?:solaris|sunos|illumos)\b/i, written: ["solaris", "sunos", "illumos"] },
  { said: /\baix\b/i, written: ["aix"] },
  { said: /\bandroid\b/i, written: ["android"] },
  { said: /\bios\b|\bi(?:Phone|Pad)\b/, written: ["ios", "darwin"] },
];

/** Folders further up say whose the file is. */
const nearestSteps = 4;
const shortestEnd = 5;

/** What a file is for, by its path: the system that was asked for, another one, or none in particular. */
export type ForSystem = "asked" | "another" | null;

/** The systems that a query names; each path is held against them. */
export class Systems {
  readonly #asked: readonly System[];
  readonly #others: readonly System[];

  constructor(query: string) {
    this.#asked = systems.filter(({ said }) => said.test(query));
    const asked = new Set(this.#asked.flatMap(({ written }) => written));
    // What one shares with another is for both: BSD code serves macOS, too.
    if (asked.has("darwin")) asked.add("bsd");
    this.#others = systems.map((system) => ({ ...system, written: system.written.filter((name) => !asked.has(name)) }));
  }

  of(path: string): ForSystem {
    if (this.#asked.length === 0) return null;
    const steps = path.toLowerCase().replaceAll("\\", "/").split("/").slice(-nearestSteps).join("/");
    const words = steps.match(/[a-z0-9]+/g) ?? [];
    const isIn = ({ written }: System): boolean =>
      words.some((word) =>
        written.some((name) => word === name || (name.length >= shortestEnd && word.endsWith(name))),
      );
    if (this.#asked.some(isIn)) return "asked";
    return this.#others.some(isIn) ? "another" : null;
  }
}
