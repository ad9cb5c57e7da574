/**
 * The catalogue as tables in Markdown, for docs/models.md. `npm run docs:cli` writes them there between its markers, and a test compares.
 */
import { advice, type CatalogueModel, catalogue, sources } from "../choosing/catalogue.ts";

export const catalogueMarkers = ["<!-- choosing: begin -->", "<!-- choosing: end -->"] as const;

/** The page with what stands between its markers replaced. */
export function withCatalogue(page: string): string {
  const [begin, end] = catalogueMarkers.map((marker) => page.indexOf(marker));
  if (begin! < 0 || end! < begin!) throw new Error(`no ${catalogueMarkers.join(" … ")} in the page`);
  return `${page.slice(0, begin! + catalogueMarkers[0].length)}\n\n${tables()}\n\n${page.slice(end)}`;
}

function tables(): string {
  const embedders = catalogue.filter(({ kind }) => kind === "embedder");
  const rerankers = catalogue.filter(({ kind }) => kind === "reranker");
  return [
    advice.map(({ name, when }) => `- \`${name}\`: ${when}`).join("\n"),
    `Published quality, nDCG@10 × 100. English: ${sources.english}. Many languages: ${sources.multilingual}. Rerankers: ${sources.reranking}.`,
    markdown(
      [
        "`--model`",
        "id",
        "languages",
        "million parameters",
        "dimensions",
        "English",
        "many languages",
        "licence",
        "checked",
      ],
      embedders.map((model) => [
        ...common(model),
        shown(model.dimensions),
        figure(model.quality.english),
        figure(model.quality.multilingual),
        ...terms(model),
      ]),
    ),
    markdown(
      ["`--reranker`", "id", "languages", "million parameters", "quality", "licence", "checked"],
      rerankers.map((model) => [...common(model), figure(model.quality.english), ...terms(model)]),
    ),
  ].join("\n\n");
}

function common({ name, id, languages, parameters }: CatalogueModel): string[] {
  return [`\`${name}\``, `\`${id}\``, languages, shown(parameters)];
}

function terms({ licence, isOpen, checked, note }: CatalogueModel): string[] {
  const how = typeof checked === "string" ? checked : `parts: ${checked.join(", ")}`;
  return [isOpen ? licence : `${licence}, **not open**`, note === null ? how : `${how} (${note})`];
}

function shown(value: number | null): string {
  return value === null ? "" : String(value);
}

function figure(value: number | null): string {
  return value === null ? "" : value.toFixed(1);
}

function markdown(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}
