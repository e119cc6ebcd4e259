import { UserError } from "@smidgen/errors";
import type { Activation, Padding } from "@smidgen/graph";

/** Positions are the file's codes. Source: `ActivationFunctionType`, schema.fbs. */
const activations: readonly Activation[] = [
  "none",
  "relu",
  "relu-n1-to-1",
  "relu6",
  "tanh",
  "sign-bit",
];
/** Positions are the file's codes. Source: `Padding`, schema.fbs. */
const paddings: readonly Padding[] = ["same", "valid"];

/** @throws UserError `unsupported-options` */
export function readActivation(code: number): Activation {
  return nameOf(activations, code, "activation");
}

export function writeActivation(activation: Activation): number {
  return activations.indexOf(activation);
}

/** @throws UserError `unsupported-options` */
export function readPadding(code: number): Padding {
  return nameOf(paddings, code, "padding");
}

export function writePadding(padding: Padding): number {
  return paddings.indexOf(padding);
}

function nameOf<T>(names: readonly T[], code: number, what: string): T {
  const name = names[code];
  if (name === undefined) throw new UserError("unsupported-options", `has ${what} ${code}`);
  return name;
}
