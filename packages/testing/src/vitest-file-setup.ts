/** Runs in every test file before its tests (vitest.config.ts, setupFiles): what helpers have begun for it ends with it. */
import { afterAll } from "vitest";
import { finishFile } from "./file-end.ts";

afterAll(finishFile);
