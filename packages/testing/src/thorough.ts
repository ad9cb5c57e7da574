/** How much a run of the tests takes on: `npm test` what fits into minutes, `.ci/run` all of it. */

/** Whether cases that take long, and differ little from those that always run, run too: FERRIS_TEST_THOROUGH=1, as `.ci/run` sets it. */
export const isThorough = process.env.FERRIS_TEST_THOROUGH === "1";
