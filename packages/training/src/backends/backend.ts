/** What can compute, in the order `auto` tries it. All but smidgen-wasm, our own engine, are of TensorFlow.js. */
export const backendNames = ["tfjs-node", "smidgen-wasm", "wasm", "cpu"] as const;

export type BackendName = (typeof backendNames)[number];

export type BackendPreference = "auto" | BackendName;

/** The backend that computes, and how it came to be that one. */
export interface Backend {
  readonly name: BackendName;
  /** One line for people: what runs, and why nothing faster does. */
  readonly description: string;
  /** The backends before it that could not be used, in the order they were tried. */
  readonly passedOver: readonly { readonly name: BackendName; readonly reason: string }[];
}

/**
 * Loads one backend and makes TensorFlow.js run on it, or beside it.
 *
 * Returns what it is, as one phrase for `Backend.description`; throws to say why it cannot run here.
 */
export type StartBackend = () => Promise<string>;
