/** What can run TensorFlow.js, fastest first. */
export const backendNames = ["tfjs-node", "wasm", "cpu"] as const;

export type BackendName = (typeof backendNames)[number];

export type BackendPreference = "auto" | BackendName;

/** The backend that TensorFlow.js runs on, and how it came to be that one. */
export interface Backend {
  readonly name: BackendName;
  /** One line for people: what runs, and why nothing faster does. */
  readonly description: string;
  /** The faster backends that could not be used, in the order they were tried. */
  readonly passedOver: readonly { readonly name: BackendName; readonly reason: string }[];
}

/**
 * Loads one backend and makes TensorFlow.js run on it.
 *
 * Returns what it is, as one phrase for `Backend.description`; throws to say why it cannot run here.
 */
export type StartBackend = () => Promise<string>;
