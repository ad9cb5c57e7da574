/**
 * What the onnxruntime door gives, whichever build of it stands behind: a session that takes typed arrays and returns f32; and what a session on a thread of its own is asked.
 *
 * Types only; `onnx.node.ts` and `onnx.browser.ts` implement it.
 */

/** A tensor on its way in. */
export interface OnnxInput {
  readonly data: Float32Array | Int32Array | BigInt64Array;
  readonly shape: readonly number[];
}

export interface OnnxSession {
  /** What a user should hear once about the build that runs (a slower one, and why); null for nothing. */
  readonly notice: string | null;
  /** Runs the graph and returns the named output's f32 data. */
  run(inputs: Readonly<Record<string, OnnxInput>>, output: string): Promise<Float32Array>;
  release(): Promise<void>;
}

export interface OnnxSessionOptions {
  /** The model's bytes. */
  readonly model: Uint8Array;
  /** Its external data, by location. */
  readonly weights: readonly { readonly name: string; readonly data: Float32Array | Int8Array | Uint16Array }[];
  readonly threads: number;
  /** In Node: compute on a thread of its own, where the native build can. */
  readonly ownThread?: boolean | undefined;
  /** In a page: onnxruntime-web, as a module or by its URL. */
  readonly runtime?: string | object | undefined;
}

/** What the thread is asked that onnxruntime has for its own. */
export type OnnxTask =
  | { readonly load: { readonly threads: number } }
  | { readonly open: Pick<OnnxSessionOptions, "model" | "weights" | "threads"> }
  | { readonly inputs: Readonly<Record<string, OnnxInput>>; readonly output: string }
  | { readonly release: true };

/** What it answers, each task once and in turn. */
export type OnnxAnswer =
  | { readonly notice: string | null }
  | { readonly rows: Float32Array<ArrayBuffer> }
  | { readonly failure: string }
  | { readonly opened: true }
  | { readonly released: true };
