/** What can be done with a document: open it in the editor, copy the link, see what is related. */
import { useSignal } from "@preact/signals";
import { about } from "../status.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { openInEditor } from "./document-client.ts";
import { documentLink, type PassagePlace, relatedLink } from "./document-link.ts";

export function DocumentActions({ place }: { readonly place: PassagePlace }) {
  const said = useSignal<string | null>(null);
  const open = async (): Promise<void> => {
    said.value = "Opening…";
    said.value = await openInEditor(place).then(
      () => "Opened",
      (error: Error) => error.message,
    );
  };
  return (
    <div class="actions">
      {about.value?.opensFiles && (
        <button type="button" onClick={() => void open()}>
          Open in editor
        </button>
      )}
      <CopyButton title="Copy link" text={() => new URL(documentLink(place), location.href).href} />
      <CopyButton title="Copy path" text={() => place.path} />
      <a class="button quiet" href={relatedLink(place)}>
        All related
      </a>
      <output>{said.value}</output>
    </div>
  );
}
