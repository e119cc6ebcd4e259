import { UserError } from "@smidgen/errors";
import { layerTable } from "./layer-table.ts";
import type { LayerCall, Network, NetworkInput } from "./network.ts";

/** @throws UserError `unsupported-layer`, listing every layer that has no counterpart and why. */
export function refuseUnsupported(network: Network): void {
  const problems = [
    ...network.inputs.flatMap(inputProblems),
    ...network.calls.flatMap((call) => callProblems(call, network)),
  ];
  // Every use of a shared layer has the same problem.
  const lines = [...new Set(problems)];
  if (lines.length === 0) return;
  throw new UserError(
    "unsupported-layer",
    `${lines.length === 1 ? "a layer" : "layers"} cannot be converted:\n${lines.map((line) => `- ${line}`).join("\n")}`,
    {
      hint: `Replace or remove what is listed. Supported are ${[...layerTable.keys()].join(", ")}.`,
    },
  );
}

function inputProblems({ layerName, type, value }: NetworkInput): readonly string[] {
  const place = `"${layerName}" (InputLayer)`;
  const shape = value.shape.slice(1);
  return [
    ...(type === "float32" ? [] : [`${place}: holds ${type}, float32 expected`]),
    ...(shape.includes(null)
      ? [`${place}: shape [${shape.map((size) => size ?? "?").join(", ")}] is not fully known`]
      : []),
  ];
}

function callProblems(call: LayerCall, network: Network): readonly string[] {
  const place = `"${call.layerName}" (${call.className})`;
  const rules = layerTable.get(call.className);
  if (rules === undefined) return [`${place}: has no counterpart`];
  const notFinite = call.weights.reduce(
    (count, { data }) => count + data.filter((weight) => !Number.isFinite(weight)).length,
    0,
  );
  return [
    ...rules.problems(call, network),
    ...(notFinite === 0 ? [] : [`${notFinite} of its weights are not finite`]),
  ].map((reason) => `${place}: ${reason}`);
}
