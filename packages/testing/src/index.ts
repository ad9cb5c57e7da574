/** What the tests of the other packages use: devices, a browser, a shader translator. The adapters themselves come from the global setup. */
export { type BrowserPage, type BrowserPageOptions, openBrowserPage } from "./browser-page.ts";
export { type BrowserProgram, type RunningBrowser, startBrowser } from "./chromium.ts";
export { describeBrowser, describeGpu, describePublishedModel, eachDevice, type TestDevice } from "./suites.ts";
export { isThorough } from "./thorough.ts";
export { processorTime } from "./processor-time.ts";
export { onFileFinished } from "./file-end.ts";
export { type DocExample, docExamples } from "./doc-examples.ts";
export { type Translation, translateWgsl } from "./translate-wgsl.ts";
export type { Machine } from "./machine.ts";
export { fault, type FaultRun } from "./faults/fault.ts";
export { curves } from "./faults/curves.ts";
export { fuzz } from "./faults/fuzz.ts";
export { mutated, mutatedJson } from "./faults/mutate.ts";
export { type Random, randomFrom } from "./faults/random.ts";
