/** The worker that a page's models run in: the file that is started where the page names none of its own. An entry of its own for bundlers that follow no `new Worker`. */
import { serveEngine } from "../worker/serve-engine.ts";

serveEngine();
