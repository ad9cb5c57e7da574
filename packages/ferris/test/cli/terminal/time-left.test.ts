/** The time left counts down steadily, however its estimates jump, and follows where they really change. */
import { expect, test } from "vitest";
import { TimeLeft } from "../../../src/cli/terminal/time-left.ts";

/** What is shown each second, for `seconds` of estimates. */
function shown(seconds: number, estimate: (second: number) => number | null): (number | null)[] {
  const left = new TimeLeft();
  return Array.from({ length: seconds }, (_, second) => left.tell(second * 1000, estimate(second)));
}

test("estimates between half and twice the truth are shown as one countdown", () => {
  // 200 s of work; every estimate is off by up to half, one way or the other.
  const wrong = [0.6, 1.4, 1.0, 0.8, 1.5, 0.5, 1.2];
  const values = shown(180, (second) => (200 - second) * wrong[second % wrong.length]!);
  expect(values.slice(0, 3)).toEqual([null, null, null]);
  const told = values.slice(10) as number[];
  told.forEach((value, i) => {
    const truth = 190 - i;
    expect(Math.abs(value - truth)).toBeLessThanOrEqual(0.4 * truth + 10);
  });
  // It goes up seldom, and never by much.
  const ups = told.slice(1).map((value, i) => value - told[i]!);
  expect(ups.filter((step) => step > 0).length).toBeLessThanOrEqual(4);
  expect(Math.max(...ups)).toBeLessThanOrEqual(50);
});

test("one wild estimate changes nothing", () => {
  const values = shown(60, (second) => (second === 30 ? 9_000 : 100 - second));
  expect(values[30]).toBe(70);
});

test("work that has really become slower is said within half a minute", () => {
  const values = shown(80, (second) => (second < 20 ? 100 - second : 400 - second));
  expect(values[19]).toBeLessThanOrEqual(90);
  expect(values[45]!).toBeGreaterThan(300);
});

test("no more is said than is known", () => {
  expect(shown(5, () => 4_321).at(-1)).toBe(4_500);
  expect(shown(5, () => 0).at(-1)).toBe(0);
  expect(shown(5, () => null).at(-1)).toBeNull();
});
