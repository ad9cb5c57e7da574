/**
 * docs/models.md against the goldens, the suites and the prompt table: a row that claims more than was checked fails here.
 *
 * Rows of models whose weights were never here can only be held to their parts: between them, the tiny models that a row names
 * must have its model type, tokenizer kind, pooling and normalisation.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describePublishedModel } from "@ferris/testing";
import { describe, expect, test } from "vitest";
import { hiddenActivation } from "../../src/models/activation-names.ts";
import { architectureOf } from "../../src/models/architectures/architecture-of.ts";
import { ConfigObject } from "../../src/models/config-object.ts";
import type { ModelDescription } from "../../src/models/description.ts";
import { promptFamilies } from "../../src/models/prompt-table.ts";
import { readPrompts } from "../../src/models/prompts.ts";
import { readModel, type ReadModelOptions } from "../../src/models/read-model.ts";
import { tokenizerClassOf } from "../../src/tokenizers/classes/class-of.ts";
import { publishedModels } from "../published/models.ts";
import { bundledModelFolder, goldensFolder, readGolden, tinyModelFolder, tinyModels } from "../support/goldens.ts";

interface Row {
  readonly id: string;
  readonly modelType: string;
  readonly tokenizer: string;
  /** "mean, L2", "cls" or "reranker". */
  readonly pooling: string;
  readonly prompts: string;
  readonly maxLength: number;
  readonly checked: "weights" | "bundled" | "parts";
  readonly goldens: readonly string[];
}

const document = readFileSync(join(import.meta.dirname, "../../../../docs/models.md"), "utf8");

/** The tables above are ferris' own, for choosing. */
const documentLines = document.slice(document.indexOf("## How each was checked")).split("\n");

const rows: readonly Row[] = documentLines
  .filter((line) => line.startsWith("| `"))
  .map((line) => {
    const [id, modelType, tokenizer, pooling, prompts, maxLength, checked] = line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
    const [kind, names] = checked.split(": ");
    return {
      id: id.replaceAll("`", ""),
      modelType,
      tokenizer,
      pooling,
      prompts,
      maxLength: Number(maxLength),
      checked: kind as Row["checked"],
      goldens: names.split(", "),
    };
  });

/** What a row's word for prompts means for a model whose files are silent. */
const builtInPrompts: ReadonlyMap<string, object> = new Map<string, object>([
  ...promptFamilies.map(({ name, query, document: text }): [string, object] => [
    name,
    { query, document: text, passage: text },
  ]),
  ["none", { query: "", document: "", passage: "" }],
  ["files", { query: "", document: "", passage: "" }],
]);

/** What a model is, in the words of the table. */
async function described(folderOrId: string, options?: ReadModelOptions) {
  const model: ModelDescription = await readModel(folderOrId, options);
  await model.close();
  const { model: tokenizer } = JSON.parse(new TextDecoder().decode(model.tokenizer.json)) as {
    model: { type: string };
  };
  const { poolings, normalize } = model.head;
  const pooling = model.kind === "reranker" ? "reranker" : [...poolings, ...(normalize ? ["L2"] : [])].join(", ");
  return { ...model, tokenizerKind: tokenizer.type, pooling };
}

test("the table has its rows, each once", () => {
  expect(rows.length).toBeGreaterThan(25);
  expect(new Set(rows.map((row) => row.id)).size).toBe(rows.length);
});

test("the page shows the table of prompts as it is", () => {
  const shown = (text: string): string =>
    text === "" ? "" : `\`${text.replaceAll("\n", "\\n").replaceAll("|", "\\|")}\``;
  const cells = documentLines
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    .filter((row) => row.length === 4 && row[0] !== "name" && !row[0].startsWith("---"));
  expect(cells).toEqual(
    promptFamilies.map(({ name, query, document: text, models }) => [
      name,
      shown(query),
      shown(text),
      models.map((id) => `\`${id}\``).join(", "),
    ]),
  );
});

describe("lists in its sentences are the code's own, as its errors name them", () => {
  const named = (from: string, to: string): string =>
    document.slice(document.indexOf(from), document.indexOf(to, document.indexOf(from))).replace(/\s+/g, " ");
  const refusal = (call: () => unknown): string => {
    try {
      call();
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error("nothing was refused");
  };
  const supported = (message: string): string[] => message.split(/supported (?:is|are) /)[1]!.match(/[\w-]+/g)!;
  const codeIn = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);

  test("encoders", () => {
    const message = refusal(() => architectureOf(new ConfigObject("config.json", { model_type: "t5" })));
    expect(codeIn(named("with the encoders", ", from their ordinary")).toSorted()).toEqual(
      supported(message).toSorted(),
    );
  });

  test("classes of tokenizers", () => {
    const classes = supported(refusal(() => tokenizerClassOf("bert", "T5Tokenizer", () => false))).filter(
      (name) => name !== "and",
    );
    expect(codeIn(named("classes `Bert", "; vocab.txt")).toSorted()).toEqual(classes.toSorted());
  });

  test("activations", () => {
    const names = named("(`hidden_act`): ", ".\n- **Modules**").replace("(`hidden_act`): ", "").split(", ");
    expect(names.toSorted()).toEqual(supported(refusal(() => hiddenActivation("sine", "config.json"))).toSorted());
  });
});

test("every golden of published weights has a row, and no other row claims weights", () => {
  const claimed = rows.filter((row) => row.checked === "weights").flatMap((row) => row.goldens);
  expect(claimed.toSorted()).toEqual(Object.keys(publishedModels).toSorted());
});

test.each(rows)("$id: its built-in prompts are what the table says", ({ id, prompts }) => {
  expect([...builtInPrompts.keys()]).toContain(prompts);
  const { prompts: known, warnings } = readPrompts(null, id, [id], undefined);
  expect({ ...known }).toEqual(builtInPrompts.get(prompts));
  expect(warnings).toEqual([]);
});

describe("rows checked by their parts", () => {
  test.each(rows.filter((row) => row.checked === "parts"))("$id", async (row) => {
    expect(tinyModels).toEqual(expect.arrayContaining([...row.goldens]));
    const parts = await Promise.all(row.goldens.map((name) => described(tinyModelFolder(name))));
    // One reader has both names; goldens/families has `new` itself.
    const modelType = row.modelType === "new" ? "gte" : row.modelType;
    expect(parts.map((part) => part.modelType)).toContain(modelType);
    expect(parts.map((part) => part.tokenizerKind)).toContain(row.tokenizer);
    if (row.pooling === "reranker") {
      expect(parts.filter((part) => part.modelType === row.modelType).map((part) => part.pooling)).toContain(
        "reranker",
      );
      return;
    }
    const [mode, normalized] = row.pooling.split(", ");
    expect(parts.map((part) => part.head.poolings.join("+"))).toContain(mode);
    expect(parts.map((part) => part.head.normalize)).toContain(normalized === "L2");
    if (row.prompts === "files") expect(parts.some((part) => part.prompts["query"] !== "")).toBe(true);
  });
});

describe("rows checked on real weights", () => {
  test.each(rows.filter((row) => row.checked !== "parts"))("$id", ({ goldens, maxLength, prompts }) => {
    const [name] = goldens;
    const folder = join(goldensFolder, "real", name);
    expect(existsSync(join(folder, "golden.safetensors"))).toBe(true);
    expect(readGolden(`real/${name}/golden.safetensors`).tensors.has("embedding")).toBe(true);
    const golden = JSON.parse(readFileSync(join(folder, "golden.json"), "utf8")) as {
      prompts: string[];
      max_seq_length: number;
    };
    expect(golden.max_seq_length).toBe(maxLength);
    expect(golden.prompts).toEqual(prompts === "E5" ? ["query: ", "passage: "] : [""]);
  });

  const expectRow = async (row: Row, folderOrId: string, options?: ReadModelOptions): Promise<void> => {
    const { modelType, tokenizerKind, pooling, maxLength } = await described(folderOrId, options);
    expect({ modelType, tokenizer: tokenizerKind, pooling, maxLength }).toEqual({
      modelType: row.modelType,
      tokenizer: row.tokenizer,
      pooling: row.pooling,
      maxLength: row.maxLength,
    });
  };

  test.each(rows.filter((row) => row.checked === "bundled"))("$id: its files say so", (row) =>
    expectRow(row, bundledModelFolder),
  );

  for (const row of rows.filter(({ checked }) => checked === "weights")) {
    const id = publishedModels[row.goldens[0]];
    describePublishedModel(id, (cacheDir) => {
      test(`${row.id}: its files say so`, () => expectRow(row, id, { cacheDir }));
    });
  }
});
