/** The page begins here. */
import { effect } from "@preact/signals";
import { render } from "preact";
import { App } from "./app.tsx";
import { apiKey } from "./key.ts";
import { loadStatus } from "./status.ts";
import { followTheme } from "./theme.ts";

followTheme();
// At the start, and whenever somebody gives another key.
effect(() => {
  void (apiKey.value, loadStatus());
});
render(<App />, document.getElementById("app")!);
