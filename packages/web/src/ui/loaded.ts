/** Something that is loaded for a component, and given up when the component goes or wants something else. */
import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

export type Loaded<Value> =
  | { readonly state: "loading" }
  | { readonly state: "failed"; readonly message: string }
  | { readonly state: "done"; readonly value: Value };

/** @param key what it depends on: another one loads anew */
export function useLoaded<Value>(key: string, load: (signal: AbortSignal) => Promise<Value>): Signal<Loaded<Value>> {
  const loaded = useSignal<Loaded<Value>>({ state: "loading" });
  useEffect(() => {
    const abort = new AbortController();
    loaded.value = { state: "loading" };
    load(abort.signal).then(
      (value) => {
        if (!abort.signal.aborted) loaded.value = { state: "done", value };
        return undefined;
      },
      (error: Error) => {
        if (!abort.signal.aborted) loaded.value = { state: "failed", message: error.message };
      },
    );
    return () => abort.abort();
  }, [key]);
  return loaded;
}
