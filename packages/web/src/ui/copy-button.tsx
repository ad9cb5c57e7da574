/** Copies a text, and says that it did. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

const saidForMs = 1500;

interface CopyButtonProps {
  readonly title: string;
  /** Made when it is asked for. */
  readonly text: () => string;
}

export function CopyButton({ title, text }: CopyButtonProps) {
  const said = useSignal<string | null>(null);
  useEffect(() => {
    if (said.value === null) return undefined;
    const timer = setTimeout(() => {
      said.value = null;
    }, saidForMs);
    return () => clearTimeout(timer);
  }, [said.value]);
  const copy = async (): Promise<void> => {
    said.value = (await copyText(text())) ? "Copied" : "The browser does not allow it";
  };
  return (
    <button type="button" class="quiet" onClick={() => void copy()}>
      <span aria-live="polite">{said.value ?? title}</span>
    </button>
  );
}

/** Over plain HTTP from another machine there is no clipboard. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
