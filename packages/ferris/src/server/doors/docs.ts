/** `/docs`: the page that describes this server and sends requests to it. It loads nothing from elsewhere, and may not. */
import type { Context } from "hono";
import { css, html, script } from "../docs-page/page.ts";
import { newDoor } from "../routes.ts";

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Without a key: they say nothing that is not published. */
export const docsPaths = ["/docs", "/docs/style.css", "/docs/script.js", "/openapi.json"];

export function docsDoor() {
  const door = newDoor();
  const give = (text: string, type: string) => (c: Context) => {
    c.header("content-security-policy", policy);
    c.header("x-content-type-options", "nosniff");
    c.header("referrer-policy", "no-referrer");
    c.header("content-type", `${type}; charset=utf-8`);
    return c.body(text);
  };
  door.get("/docs", give(html, "text/html"));
  door.get("/docs/style.css", give(css, "text/css"));
  door.get("/docs/script.js", give(script, "text/javascript"));
  return door;
}
