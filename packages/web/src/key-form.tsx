/** Asks for the API key, where the server wants one. */
import { useRef } from "preact/hooks";
import { apiKey, useKey } from "./key.ts";

export function KeyForm() {
  const input = useRef<HTMLInputElement>(null);
  const submit = (event: Event): void => {
    event.preventDefault();
    useKey(input.current!.value.trim());
  };
  return (
    <form class="key-form" onSubmit={submit}>
      <h1>This server asks for a key</h1>
      {apiKey.value !== "" && <p role="alert">The server does not know this key.</p>}
      <p>
        It is one line of the file that the server was started with. It stays in this tab and is gone when you close it.
      </p>
      <label>
        API key
        <input ref={input} type="password" autocomplete="off" required />
      </label>
      <button type="submit">Use this key</button>
    </form>
  );
}
