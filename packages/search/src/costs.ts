import { generateC } from "@smidgen/codegen";
import { type CoreName, estimate, findToolchains, measure, modelInterface } from "@smidgen/device";
import { byteCount, type Graph, multiplyAccumulates, tensorOf } from "@smidgen/graph";
import { type Budget, type Costs, excessOf } from "./budget.ts";

/** Where the bytes of code and stack come from. `measured` needs a compiler and an emulator. */
export type CodeFigures = "estimated" | "measured";

/**
 * What an int8 network takes as generated C on a core.
 *
 * Constants and arena are exact: of the C itself, with the input in the arena. Code and stack are
 * measured of a build with -Os, or estimated: the code as of -O2, and may be half or double of that. What exceeds the budget without
 * them is not measured.
 *
 * @throws UserError `missing-tool` where nothing can be measured; as `generateC` and `measure`
 */
export async function costsOf(
  graph: Graph,
  { core, code, budget }: { core: CoreName; code: CodeFigures; budget: Budget },
): Promise<Costs> {
  const sources = generateC(graph, { name: "model", target: core, inputs: "arena" });
  const estimated = estimate(core, sources);
  const operandBytes = sum(graph.outputs.map((id) => byteCount(tensorOf(graph, id))));
  const withCode = (codeBytes: number, stackBytes: number): Costs => ({
    flashBytes: estimated.constants + codeBytes,
    ramBytes: estimated.statics + operandBytes + stackBytes,
    multiplyAccumulates: sum(graph.ops.map((op) => multiplyAccumulates(op, graph.tensors))),
    constantBytes: estimated.constants,
    codeBytes,
    staticBytes: estimated.statics,
    operandBytes,
    stackBytes,
  });
  // what is too much in any case need not be built
  if (code === "estimated" || excessOf(withCode(0, 0), budget).length > 0) {
    return withCode(estimated.code, stackEstimate);
  }
  const { codeBytes, stackBytes } = await measured(graph, core);
  return withCode(codeBytes, stackBytes);
}

/**
 * Above what convolutional networks take on the cores that can be emulated: 84 to 208 bytes
 * (`smidgen measure` of the golden models in packages/runtime/test/golden).
 */
const stackEstimate = 256;

let toolchainsHere: ReturnType<typeof findToolchains> | undefined;

async function measured(graph: Graph, core: CoreName) {
  toolchainsHere ??= findToolchains();
  const toolchains = await toolchainsHere;
  const model = modelInterface(graph, { name: "model" });
  const inputBytes = sum(graph.inputs.map((id) => byteCount(tensorOf(graph, id))));
  const { flash, ram } = await measure(core, generateC(graph, { name: "model", target: core }), {
    toolchains,
    model,
    samples: [new Uint8Array(inputBytes)],
    optimization: "-Os",
  });
  return { codeBytes: flash.code + flash.initialValues, stackBytes: ram.stack };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
