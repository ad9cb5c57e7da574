/** The progress line: redrawn on a terminal, sparse in a log, silent when asked, and honest about rate and time left. */
import { describe, expect, test } from "vitest";
import { Progress } from "../../../src/cli/terminal/progress.ts";

class Recorder {
  text = "";
  readonly isTTY: boolean;
  readonly columns: number;
  constructor(isTTY: boolean, columns = 80) {
    this.isTTY = isTTY;
    this.columns = columns;
  }
  write(text: string): void {
    this.text += text;
  }
  get lastDrawn(): string {
    return this.text.slice(this.text.lastIndexOf("\u001b[2K") + 4);
  }
}

function clock(): { now: () => number; pass: (seconds: number) => void } {
  let time = 0;
  return { now: () => time, pass: (seconds) => void (time += seconds * 1000) };
}

const state = (done: number) => ({ label: "indexing", done, total: 1000, unit: "files" });

describe("on a terminal", () => {
  test("shows share, rate and time left once it has two looks at the work", () => {
    const stream = new Recorder(true, 120);
    const { now, pass } = clock();
    const progress = new Progress(stream, { now });
    progress.update(state(0));
    expect(stream.lastDrawn).toContain("indexing 0 of 1,000 files");
    expect(stream.lastDrawn).not.toContain("left");
    pass(10);
    progress.update(state(250));
    expect(stream.lastDrawn).toMatch(/━{6}─{18} 25 % .*indexing 250 of 1,000 files {2}25\/s {2}30 s left$/);
  });

  test("does not redraw more than ten times a second", () => {
    const stream = new Recorder(true);
    const { now, pass } = clock();
    const progress = new Progress(stream, { now });
    for (let i = 0; i < 100; i++) {
      progress.update(state(i));
      pass(0.01);
    }
    expect(stream.text.split("\r").length - 1).toBe(10);
  });

  test("never fills the last column, where a line would wrap and stay", () => {
    const stream = new Recorder(true, 30);
    const progress = new Progress(stream, { now: () => 0 });
    progress.update({ ...state(1), detail: "x".repeat(100) });
    expect(stream.lastDrawn.length).toBeLessThan(30);
  });

  test("a note stays above the line, and finish leaves nothing", () => {
    const stream = new Recorder(true);
    const progress = new Progress(stream, { now: () => 0 });
    progress.update(state(1));
    progress.note("a.pdf: damaged");
    progress.update(state(2));
    progress.finish();
    const visible = stream.text.replaceAll("\r\u001b[2K", "<erase>");
    expect(visible).toMatch(/<erase>a\.pdf: damaged\n<erase>.*2 of 1,000.*<erase>$/);
  });
});

test("elsewhere, a plain line every five seconds", () => {
  const stream = new Recorder(false);
  const { now, pass } = clock();
  const progress = new Progress(stream, { now });
  for (let second = 0; second < 12; second++) {
    progress.update(state(second * 10));
    pass(1);
  }
  expect(stream.text).toBe("indexing 50 of 1,000 files\nindexing 100 of 1,000 files, 10/s, 1 min 30 s left\n");
});

test("a better estimate than the counts replaces rate and time left", () => {
  const stream = new Recorder(true, 120);
  const { now, pass } = clock();
  const progress = new Progress(stream, { now });
  progress.update(state(0));
  pass(4);
  progress.update({ ...state(10), share: 0.5, secondsLeft: 125, detail: "6.2k tokens/s" });
  expect(stream.lastDrawn).toMatch(/50 % +indexing 10 of 1,000 files {2}6\.2k tokens\/s {2}2 min 10 s left$/);
});

test("quiet writes nothing", () => {
  const stream = new Recorder(true);
  const progress = new Progress(stream, { quiet: true });
  progress.update(state(1));
  progress.note("line");
  progress.finish();
  expect(stream.text).toBe("");
});
