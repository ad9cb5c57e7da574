/** The page at `/docs`: every address of the server, to read about and to try. Its text and its script come from here, nothing else. */
export const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>ferris: HTTP API</title>
<link rel="stylesheet" href="/docs/style.css">
<h1>ferris <small id="version"></small></h1>
<p>What this server answers; the whole description is <a href="/openapi.json">openapi.json</a>. Requests are sent from this page.</p>
<p><label>API key, where one is asked for <input id="key" type="password" autocomplete="off"></label></p>
<main id="operations" aria-busy="true"></main>
<script src="/docs/script.js" type="module"></script>
</html>
`;

export const css = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
details { border-top: 1px solid #8886; padding: .5rem 0; }
summary { cursor: pointer; }
summary code { font-weight: 600; }
pre, textarea { font: 13px/1.5 ui-monospace, monospace; box-sizing: border-box; width: 100%; }
textarea { min-height: 7rem; }
pre { overflow: auto; max-height: 24rem; padding: .5rem; background: #8882; white-space: pre-wrap; overflow-wrap: anywhere; }
input { font: inherit; }
:focus-visible { outline: 2px solid; outline-offset: 2px; }
`;

export const script = `const resolve = (schema, all, depth = 0) => {
  if (!schema || depth > 6) return undefined;
  if (schema.$ref) return resolve(all[schema.$ref.split("/").pop()], all, depth + 1);
  if (schema.example !== undefined) return schema.example;
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  const choice = schema.oneOf ?? schema.anyOf;
  if (choice) return resolve(choice[0], all, depth + 1);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === "object" || schema.properties) {
    const required = schema.required ?? [];
    const entries = Object.entries(schema.properties ?? {}).filter(([name]) => required.includes(name));
    return Object.fromEntries(entries.map(([name, each]) => [name, resolve(each, all, depth + 1) ?? "a text"]));
  }
  if (type === "array") return [resolve(schema.items, all, depth + 1) ?? "a text"];
  if (type === "integer" || type === "number") return schema.minimum ?? 1;
  return type === "boolean" ? false : "a text";
};
const make = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};
const operation = (path, method, described, all) => {
  const answer = make("pre", { hidden: true });
  answer.setAttribute("aria-live", "polite");
  const fields = (described.parameters ?? []).map((parameter) => {
    const input = make("input", { name: parameter.name, required: parameter.required === true });
    return { parameter, input, label: make("p", {}, make("label", {}, parameter.name + " ", input)) };
  });
  const schema = described.requestBody?.content?.["application/json"]?.schema;
  const body = schema && make("textarea", { value: JSON.stringify(resolve(schema, all), null, 2), spellcheck: false });
  body?.setAttribute("aria-label", "The request's body, JSON");
  const form = make("form", {}, ...fields.map(({ label }) => label), ...(body ? [body] : []), make("p", {}, make("button", {}, "Send")));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    let url = path;
    const query = new URLSearchParams();
    for (const { parameter, input } of fields) {
      if (parameter.in === "path") url = url.replace("{" + parameter.name + "}", encodeURIComponent(input.value));
      else if (input.value !== "") query.set(parameter.name, input.value);
    }
    const key = document.getElementById("key").value;
    const headers = { ...(body && { "content-type": "application/json" }), ...(key && { authorization: "Bearer " + key }) };
    answer.hidden = false;
    answer.textContent = "…";
    try {
      const response = await fetch(url + (query.size ? "?" + query : ""), { method: method.toUpperCase(), headers, body: body?.value });
      answer.textContent = response.status + " " + response.statusText + "\\n";
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let block; !(block = await reader.read()).done; ) answer.textContent += block.value.slice(0, 100000);
    } catch (error) {
      answer.textContent = String(error);
    }
  });
  const title = make("summary", {}, make("code", {}, method.toUpperCase() + " " + path), " " + (described.summary ?? ""));
  return make("details", {}, title, ...(described.description ? [make("p", {}, described.description)] : []), form, answer);
};
const description = await (await fetch("/openapi.json", { headers: keyHeaders() })).json();
function keyHeaders() {
  const key = document.getElementById("key").value;
  return key ? { authorization: "Bearer " + key } : {};
}
document.getElementById("version").textContent = description.info?.version ?? "";
const place = document.getElementById("operations");
const groups = new Map();
for (const [path, methods] of Object.entries(description.paths ?? {})) {
  for (const [method, described] of Object.entries(methods)) {
    const tag = described.tags?.[0] ?? "Others";
    if (!groups.has(tag)) groups.set(tag, make("section", {}, make("h2", {}, tag)));
    groups.get(tag).append(operation(path, method, described, description.components?.schemas ?? {}));
  }
}
place.append(...groups.values());
place.setAttribute("aria-busy", "false");
`;
