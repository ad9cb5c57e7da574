/** Shows an address in the user's browser, by the program that the system has for it. No shell reads it. */
import spawn from "cross-spawn";
import { openerCommand } from "../interactive/editor.ts";

/** @param onFailure told why it cannot be shown, where it cannot: no desktop, as over SSH */
export function openInBrowser(url: string, onFailure: (reason: string) => void): void {
  const { program, args } = openerCommand(pageAddress(url));
  const child = spawn(program, [...args], { stdio: "ignore", detached: true, windowsHide: true });
  child.once("error", (error: NodeJS.ErrnoException) =>
    onFailure(error.code === "ENOENT" ? `${program} is not installed` : error.message),
  );
  // Windows' explorer ends with 1 whatever it did.
  child.once("exit", (code) => {
    if (code !== 0 && program !== "explorer") onFailure(`${program} ended with ${code}`);
  });
  child.unref();
}

/** Who listens on all addresses is reached at this machine's own. */
export function pageAddress(url: string): string {
  const address = new URL(url);
  if (address.hostname === "0.0.0.0") address.hostname = "127.0.0.1";
  if (address.hostname === "[::]") address.hostname = "[::1]";
  return address.href;
}
