/** Asks the server at this user's socket what it is, or to stop. */
import { request } from "node:http";
import { controlPath, type ServerDescription } from "../../server/doors/control.ts";

const answerMs = 3000;

/** What is running there; null: nobody answers as a ferris does. */
export function describeServer(path: string): Promise<ServerDescription | null> {
  return ask(path, "GET", controlPath);
}

/** Asks it to stop, which takes as long as the answers under way. Null: nobody is there. */
export function stopServer(path: string): Promise<ServerDescription | null> {
  return ask(path, "POST", `${controlPath}/stop`);
}

function ask(socketPath: string, method: string, path: string): Promise<ServerDescription | null> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, method, path, timeout: answerMs }, (response) => {
      const blocks: Buffer[] = [];
      response.on("data", (block: Buffer) => blocks.push(block));
      response.on("end", () => resolve(descriptionOf(Buffer.concat(blocks).toString())));
    });
    asked.on("timeout", () => asked.destroy());
    asked.on("error", () => resolve(null));
    asked.on("close", () => resolve(null));
    asked.end();
  });
}

function descriptionOf(text: string): ServerDescription | null {
  try {
    const told = JSON.parse(text) as Partial<ServerDescription>;
    return typeof told.pid === "number" && typeof told.version === "string" ? (told as ServerDescription) : null;
  } catch {
    return null;
  }
}
