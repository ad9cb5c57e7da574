/** The arguments that choose documents, the same in every tool. */
import { z } from "zod";

export const documentFilters = {
  paths: z.array(z.string().min(1)).optional().describe("globs on paths, such as docs/** or *.md; one must match"),
  exclude: z.array(z.string().min(1)).optional().describe("globs on paths; none may match"),
  types: z.array(z.string().min(1)).optional().describe("document types, such as markdown; one must match"),
  since: z.string().optional().describe("changed since: 2026-01-31, or an age as 12h, 7d, 4w, 1y"),
};
