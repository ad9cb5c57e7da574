/** What a server tells people of the machine and the settings that it runs with. Types only: whoever starts the server knows them. */
import type { ModelOptions } from "../engine.ts";

/** A setting in force. */
export interface ShownSetting {
  readonly name: string;
  /** A key or password is "(set)". */
  readonly value: unknown;
  /** Such as "flag: --device", or "default". */
  readonly origin: string;
  readonly description: string;
}

export interface MachineSettings {
  readonly settings: readonly ShownSetting[];
  /** The file that measured speeds of models are kept in; null: they are not known. */
  readonly speeds: string | null;
  /** As models are loaded; for measuring one on another device. */
  readonly load: ModelOptions;
}
