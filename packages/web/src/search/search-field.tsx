/** Where the question is typed. */
import { useEffect, useRef } from "preact/hooks";

interface SearchFieldProps {
  readonly value: string;
  readonly placeholder: string;
  readonly onType: (text: string) => void;
  /** To the results: the arrow down, or Enter. */
  readonly onLeave: () => void;
}

export const searchFieldId = "query";

export function SearchField({ value, placeholder, onType, onLeave }: SearchFieldProps) {
  const input = useRef<HTMLInputElement>(null);
  // The address may change by other means than typing: back and forward.
  useEffect(() => {
    const field = input.current!;
    if (field.value !== value && document.activeElement !== field) field.value = value;
  }, [value]);
  useEffect(() => input.current!.focus({ preventScroll: true }), []);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "Enter") {
      event.preventDefault();
      onLeave();
    } else if (event.key === "Escape" && input.current!.value !== "") {
      event.preventDefault();
      input.current!.value = "";
      onType("");
    }
  };
  return (
    <div class="search-field">
      <svg aria-hidden="true" viewBox="0 0 20 20" class="search-mark">
        <circle cx="8.5" cy="8.5" r="5.5" />
        <path d="m13 13 4.5 4.5" />
      </svg>
      <label class="hidden" htmlFor={searchFieldId}>
        Search your documents
      </label>
      <input
        id={searchFieldId}
        ref={input}
        type="search"
        name="q"
        defaultValue={value}
        placeholder={placeholder}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        enterkeyhint="search"
        aria-describedby="search-keys"
        onInput={(event) => onType(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <kbd aria-hidden="true">/</kbd>
      <span id="search-keys" class="hidden">
        Results appear while you type. The arrow down goes to them, Enter opens one, Escape comes back.
      </span>
    </div>
  );
}
