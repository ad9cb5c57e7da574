/** The page: files in, questions in, passages out. What works is in the worker; this wires what people see. */
import type { SearchResult } from "ferris/browser";
import { byId } from "./page/element.ts";
import { showDocuments } from "./page/documents-panel.ts";
import { showDownload, showEngine, showEngineState } from "./page/engine-panel.ts";
import { chosenFiles, droppedFiles, pickedFolder, sampleFiles } from "./page/incoming.ts";
import { IndexClient } from "./page/index-client.ts";
import { notice, withdraw } from "./page/notices.ts";
import { keepSite } from "./page/offline.ts";
import { takeTurns } from "./page/ownership.ts";
import { ProgressPanel } from "./page/progress.ts";
import { Reader } from "./page/reader.ts";
import { SearchPanel } from "./page/search-panel.ts";
import type { CallName, IncomingFile, Opened, Told } from "./protocol.ts";

const reader = new Reader();
const progress = new ProgressPanel();
const searchPanel = new SearchPanel((result) => void open(result));

let client: IndexClient | null = null;
let storage: Opened["storage"] = "opfs";
/** Files that came before the index was open. */
const early: IncomingFile[] = [];

async function open(result: SearchResult): Promise<void> {
  if (client) await reader.open(client, result);
}

function hear(told: Told): void {
  if (told.event === "progress") progress.show(told.progress, told.textsPerSecond);
  else if (told.event === "file") progress.met(told.file);
  else if (told.event === "engine") {
    showEngine(told.engine);
    searchPanel.refresh();
  } else {
    showEngineState("No model: search goes by words alone", "failed");
    notice("engine", `The model does not run here: ${told.message}`);
  }
}

async function refreshContents(): Promise<void> {
  if (client === null) return;
  const contents = await client.call("contents", null);
  showDocuments(contents, storage, actions);
  searchPanel.setHasDocuments(contents.documents.length > 0);
}

const actions = {
  files: () => byId("file-input").click(),
  async folder() {
    const files = await pickedFolder().catch(() => null);
    if (files === null) byId("folder-input").click();
    else await take(files);
  },
  async samples() {
    await take(await sampleFiles());
  },
  remove: (path: string) => void change(() => client?.call("remove", { paths: [path] })),
  save: () => void change(save),
  forget: () => void change(() => client?.call("forget", null)),
};

async function change(work: () => Promise<unknown> | undefined): Promise<void> {
  try {
    await work();
    withdraw("failure");
  } catch (error) {
    notice("failure", (error as Error).message);
  }
  await refreshContents();
}

/** As a file: `ferris search --db` on its folder searches it too. */
async function save(): Promise<void> {
  if (client === null) return;
  const address = URL.createObjectURL(new Blob([await client.call("save", null)]));
  const link = Object.assign(document.createElement("a"), { href: address, download: "index.db" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

async function take(files: readonly IncomingFile[]): Promise<void> {
  if (files.length === 0) return;
  if (client === null) {
    early.push(...files);
    notice("early", "What you gave is indexed as soon as the index is open.");
    return;
  }
  const owner = client;
  progress.begin(files.length, () => void owner.call("stop", null));
  // What is kept for a site may be thrown away when the disk is full, unless the browser is asked not to.
  void navigator.storage?.persist?.();
  const shown = setInterval(() => void refreshContents(), 2_000);
  try {
    progress.end(await owner.call("add", { files }));
  } catch (error) {
    progress.fail((error as Error).message);
  } finally {
    clearInterval(shown);
  }
  await refreshContents();
}

function listen(): void {
  for (const name of ["files", "folder", "samples"] as const) {
    document.querySelector(`[data-action="${name}"]`)?.addEventListener("click", () => void actions[name]());
  }
  for (const id of ["file-input", "folder-input"]) {
    const input = byId(id) as HTMLInputElement;
    input.addEventListener("change", () => void take(chosenFiles(input)));
  }
  const { classList } = document.body;
  const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
  addEventListener("dragover", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    classList.add("dropping");
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) classList.remove("dropping");
  });
  addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    classList.remove("dropping");
    void droppedFiles(event.dataTransfer!).then(take);
  });
}

/** This tab has the index, until another one asks for it. */
async function own(released: AbortSignal): Promise<void> {
  withdraw("elsewhere");
  showEngineState("Opening the index", "busy");
  const mine = new IndexClient(hear);
  try {
    const device = new URLSearchParams(location.search).get("device");
    const site = new URL(".", document.baseURI).href;
    const opened = await mine.call("open", { site, device: device === "gpu" || device === "cpu" ? device : null });
    ({ storage } = opened);
    if (opened.notice !== null) notice("storage", opened.notice);
    showEngineState("Loading the model", "busy");
    client = mine;
    await refreshContents();
    searchPanel.use(mine);
    withdraw("early");
    void take(early.splice(0));
  } catch (error) {
    notice("failure", `The index cannot be opened: ${(error as Error).message}`, {
      label: "Try again",
      run: () => location.reload(),
    });
  }
  if (!released.aborted) await new Promise((resolve) => released.addEventListener("abort", resolve, { once: true }));
  client = null;
  searchPanel.use(null);
  await mine.close();
}

async function start(): Promise<void> {
  listen();
  searchPanel.setHasDocuments(false);
  showEngineState("Starting", "busy");
  const problem = await keepSite({
    onProgress: showDownload,
    onUpdate: (takeOver) =>
      notice("update", "A newer version of this page is ready.", { label: "Reload", run: takeOver }),
  });
  if (problem !== null) notice("offline", `This page is not kept for later visits, and needs its server: ${problem}.`);
  const ask = takeTurns({
    onOwned: own,
    onWaiting() {
      showEngineState("The index is in another tab", "busy");
      notice("elsewhere", "Your documents are open in another tab of this page.", { label: "Use them here", run: ask });
    },
  });
}

/** For the browser's console: `await ferris("search", { query: "a question", limit: 3 })`, and the other calls of protocol.ts. */
Object.assign(globalThis, {
  ferris: (name: CallName, given: never) => client?.call(name, given) ?? Promise.reject(new Error("no index is open")),
});

void start();
