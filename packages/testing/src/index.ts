/** What the tests of the other packages use: devices, a browser, a shader translator. The adapters themselves come from the global setup. */
export { describeBrowser, describeGpu, eachDevice, type TestDevice } from "./each-device.ts";
