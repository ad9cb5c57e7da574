/** A component whose program is loaded when it is first shown. */
import { type Signal, signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { Failure } from "./failure.tsx";

export function lazy<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  const loaded: Signal<ComponentType<Props> | null> = signal(null);
  const failure = signal<string | null>(null);
  let isLoading = false;
  return function Lazy(props: Props) {
    if (!isLoading) {
      isLoading = true;
      load().then(
        (component) => {
          loaded.value = component;
          return undefined;
        },
        (error: Error) => {
          isLoading = false;
          failure.value = error.message;
        },
      );
    }
    const Component = loaded.value;
    if (Component !== null) return <Component {...props} />;
    return failure.value === null ? <p class="loading">Loading…</p> : <Failure message={failure.value} />;
  };
}
