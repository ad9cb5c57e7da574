/** The browser's own trace of a page's main thread: its longest tasks, and what they were made of. */

/** Of Chromium's tracing. */
export const tracedCategories = [
  "toplevel",
  "blink.user_timing",
  "devtools.timeline",
  "disabled-by-default-devtools.timeline",
  "v8",
  "disabled-by-default-v8.gc",
];

/** Shorter parts of a task explain nothing. */
const leastPart = 4_000;

/**
 * The `count` longest tasks, as lines for people: duration, how much of it the thread's processor time was, and the longest parts.
 *
 * @param {{ traceEvents: readonly object[] }} trace
 * @returns {string[]}
 */
export function longestTasks({ traceEvents }, count) {
  const events = /** @type {any[]} */ (traceEvents);
  const busiest = mainThread(events);
  const own = events.filter(({ pid, tid, ph }) => ph === "X" && pid === busiest?.pid && tid === busiest?.tid);
  const tasks = own.filter(({ name }) => name.endsWith("RunTask")).toSorted((a, b) => b.dur - a.dur);
  const outer = tasks.filter((task) => !tasks.some((other) => other !== task && contains(other, task)));
  return outer.slice(0, count).map((task) => {
    const parts = own
      .filter(
        (part) => part !== task && contains(task, part) && part.dur >= leastPart && !part.name.endsWith("RunTask"),
      )
      .toSorted((a, b) => b.dur - a.dur)
      .slice(0, 6)
      .map(({ name, dur, args }) => `${name}${detail(args)} ${milliseconds(dur)}`);
    const processor = task.tdur === undefined ? "" : `, of them ${milliseconds(task.tdur)} of processor time`;
    return `${milliseconds(task.dur)}${processor}: ${parts.join(", ") || "no part of over 4 ms"}`;
  });
}

/** Of the renderer that worked most: the page's. */
function mainThread(events) {
  const threads = events.filter(
    ({ ph, name, args }) => ph === "M" && name === "thread_name" && args.name === "CrRendererMain",
  );
  const work = ({ pid, tid }) => events.filter((event) => event.pid === pid && event.tid === tid).length;
  return threads.toSorted((a, b) => work(b) - work(a))[0];
}

function contains(outer, inner) {
  return inner.ts >= outer.ts && inner.ts + inner.dur <= outer.ts + outer.dur;
}

function detail(args) {
  const { functionName, type, url } = args?.data ?? {};
  const shown = functionName || type || url?.split("/").at(-1);
  return shown ? ` (${shown})` : "";
}

function milliseconds(microseconds) {
  return `${(microseconds / 1000).toFixed(1)} ms`;
}
