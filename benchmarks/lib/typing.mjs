/** Types questions into a page as people do, and hears from its own timeline how long each letter's results took. */

const questions = [
  "show a progress bar in the terminal",
  "parse command line options",
  "which characters does a glob match",
  "retry a request that failed",
  "how to escape html",
  "compare two versions",
  "stream a large file",
  "close the server when idle",
  "validate an object against a schema",
  "write a log line as json",
  "find the type of a file",
  "cancel with an abort signal",
];

/**
 * From letters to frames with their results, in milliseconds. What was typed on before its results came has none.
 *
 * @param {import("playwright-core").Page} page whose script measures "typing to results"
 * @param {{ count: number, delay: number }} options `count`: of questions; `delay`: milliseconds between letters
 * @returns {Promise<{ letters: number, times: number[] }>}
 */
export async function typingTimes(page, { count, delay }) {
  await page.evaluate(() => {
    const times = [];
    Object.assign(globalThis, { times });
    new PerformanceObserver((list) => times.push(...list.getEntries().map(({ duration }) => duration))).observe({
      type: "measure",
    });
  });
  const field = page.getByRole("searchbox").first();
  let letters = 0;
  for (const question of questions.slice(0, count)) {
    await field.fill("");
    await page.waitForTimeout(200);
    await field.pressSequentially(question, { delay });
    letters += question.length;
    await page.waitForTimeout(1000);
  }
  return { letters, times: await page.evaluate(() => globalThis["times"]) };
}
