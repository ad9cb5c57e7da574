/** The packed packages' types under several TypeScripts, and what arethetypeswrong says of them. */
import { join } from "node:path";
import { makeFolder, runIn, said } from "./stranger.mjs";
import { npmInstall } from "./tools.mjs";
import { checkTypes } from "./types.mjs";

const versions = ["5.7", "5.8", "5.9", "6", "7"];
export const compilerNames = ["arethetypeswrong", ...versions.map((version) => `typescript@${version}`)];

/** What has types, with all that their entry points name. */
const packages = ["ferris", "metal-candle", "@langchain/core@1", "chromadb@3", "@types/node@20"];

/** Each compiler over every entry point, in one folder. */
export async function checkCompilers({ report, work, url, packed, tools }, names = compilerNames) {
  let folder = null;
  for (const name of names) {
    if (name === "arethetypeswrong") {
      for (const each of ["metal-candle", "ferris"]) {
        await report.row("types", `arethetypeswrong: ${each}`, () => askArethetypeswrong(each));
      }
      continue;
    }
    await report.row("types", name, async () => {
      const compiler = await tools.program(name, "tsc");
      folder ??= await install();
      await checkTypes(folder, compiler.argv.at(-1), { frameworks: true });
      return `${compiler.version}: nodenext without DOM, bundler with DOM, skipLibCheck: false`;
    });
  }

  async function install() {
    const place = join(work, "types");
    makeFolder(place);
    const added = await runIn(place, place, url, [...npmInstall, "--ignore-scripts", ...packages]);
    if (added.status !== 0) throw new Error(said(added));
    return place;
  }

  async function askArethetypeswrong(name) {
    const { argv, version } = await tools.program("@arethetypeswrong/cli", "attw");
    // The packages are ES modules, and have "exports": what came before that is not asked for.
    const asked = [...argv, packed[name].tarball, "--profile", "esm-only", "--no-color", "--format", "table-flipped"];
    const told = await runIn(work, work, url, asked, { timeout: 300_000 });
    if (told.status !== 0) throw new Error(said(told));
    return version;
  }
}
