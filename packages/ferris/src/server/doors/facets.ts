/** `POST /facets`: how the passages that a search would find divide over folders, types and ages, so that one can be chosen. */
import { createRoute, z } from "@hono/zod-openapi";
import { makeFilter } from "../../search/filter.ts";
import { searchIndexes } from "../../several-indexes.ts";
import { chosenIndexes, type ServerContext } from "../context.ts";
import { agesOf, type Counted, foldersOf, globBelow, mostCounted, type Place, typesOf } from "../facets.ts";
import { jsonAnswer, jsonBody, newDoor, signalOf } from "../routes.ts";

const facetsRequest = z
  .strictObject({
    query: z.string().min(1).max(10_000).openapi({ example: "how do I rotate a key" }),
    index: z.string().optional(),
    mode: z.enum(["hybrid", "vector", "text"]).default("hybrid"),
    folder: z.string().max(4096).optional().openapi({ description: "an absolute path: what lies below it" }),
    types: z.array(z.string()).optional(),
    since: z.string().optional(),
  })
  .openapi("FacetsRequest");

export function facetsDoor(context: ServerContext) {
  const door = newDoor();

  door.openapi(
    createRoute({
      method: "post",
      path: "/facets",
      tags: ["Documents"],
      summary: "How many of the passages that fit a question are in each folder, of each type and age",
      description: `Counts the best ${mostCounted} passages. Each facet is counted as if nothing were chosen in it, and all else were.`,
      request: jsonBody(facetsRequest),
      responses: jsonAnswer(z.unknown()),
    }),
    async (c) => {
      const { query, index, mode, folder, types, since } = c.req.valid("json");
      const indexes = chosenIndexes(context, index);
      const signal = signalOf(c);
      const below = folder === undefined ? undefined : [globBelow(folder)];
      const find = async (written: Parameters<typeof makeFilter>[0]): Promise<Place[]> => {
        const wanted = { limit: mostCounted, mode, filter: makeFilter(written), signal };
        const { found } = await context.admission.run(1, () => searchIndexes(indexes, query, wanted));
        return found.map(({ from, result: { path, type } }) => ({ ferris: from.ferris, path, type }));
      };
      const chosen = { paths: below, types, since };
      const all = await find(chosen);
      const ofAnyType = types === undefined ? all : await find({ ...chosen, types: undefined });
      const ofAnyAge = since === undefined ? all : await find({ ...chosen, since: undefined });
      const counted: { passages: number; isCapped: boolean; folders: Counted[]; types: Counted[]; ages: Counted[] } = {
        passages: all.length,
        isCapped: all.length >= mostCounted,
        folders: foldersOf(all, folder),
        types: typesOf(ofAnyType),
        ages: await agesOf(ofAnyAge, Date.now()),
      };
      return c.json(counted, 200);
    },
  );
  return door;
}
