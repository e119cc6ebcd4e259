import { UserError } from "@smidgen/errors";
import type { Graph, Op } from "@smidgen/graph";
import { list } from "./operands.ts";

/**
 * How one operator computes, and how its constants are stored:
 *
 * | scheme          | activations | weights            | biases  |
 * | --------------- | ----------- | ------------------ | ------- |
 * | `float32`       | float32     | float32            | float32 |
 * | `float16`       | float32     | float16, unpacked  | float16 |
 * | `weights-int8`  | float32     | int8, unpacked     | float32 |
 * | `dynamic-range` | float32     | int8, computed with | float32 |
 * | `int8`          | int8        | int8               | int32   |
 * | `int4`          | int8        | int4               | int32   |
 * | `int16x8`       | int16       | int8               | int64   |
 *
 * Unpacked: a `dequantize` operator in front makes floats of them.
 */
export type OpScheme = (typeof opSchemes)[number];

export const opSchemes = [
  "float32",
  "float16",
  "weights-int8",
  "dynamic-range",
  "int8",
  "int4",
  "int16x8",
] as const;

/** One scale per output channel, or one for all. */
export type WeightScales = "per-channel" | "per-tensor";

/**
 * Whose last bits weights have: `classic`, as TensorFlow Lite's converter wrote them until its quantizer moved to MLIR
 * (`experimental_new_quantizer`), or `mlir`, as it writes them since. Activations are stored alike.
 */
export type Converter = "classic" | "mlir";

/** Type of a graph's inputs or outputs. `computed`: that of the operators which read or write them. */
export type BorderType = "computed" | "float32" | "int8" | "uint8" | "int16";

/** What becomes of a float graph. Plain JSON. */
export interface Scheme {
  /** Of operators that nothing in `operators` names. */
  readonly default: OpScheme;
  /**
   * Of single operators, by the name of an output tensor or by a pattern for such names and for kinds of operators:
   * `{ "conv*": "int4", "dense_1": "int16x8" }`. In a pattern `*` stands for any characters and `?` for one. The exact
   * name of an output wins over patterns, and of patterns the last one.
   */
  readonly operators?: Readonly<Record<string, OpScheme>>;
  /**
   * Of convolutions. Default `per-channel`: weights keep much more precision where channels differ in size.
   */
  readonly convWeights?: WeightScales;
  /**
   * Of dense layers. Default `per-tensor`, although the TensorFlow Lite converter chooses `per-channel` since 2024:
   * TensorFlow Lite Micro and CMSIS-NN run such models since September 2024 only, and older ones refuse them. For
   * `int16x8`, whose weights are all that it loses, `per-channel`.
   */
  readonly denseWeights?: WeightScales;
  /** Default `classic`: small channels keep a scale of their own, and a weight is divided once instead of twice. */
  readonly converter?: Converter;
  /**
   * Weights with fewer elements stay float32 where activations are floats: they would cost accuracy and save nothing.
   *
   * Default 1024, as in the TensorFlow Lite converter.
   */
  readonly smallestWeights?: number;
  /** Default `computed`. */
  readonly inputs?: BorderType;
  /** Default `computed`. */
  readonly outputs?: BorderType;
}

/**
 * The scheme of each operator of a graph, in its order.
 *
 * @throws UserError `unknown-scheme`, naming every entry with another word than those of `opSchemes`;
 * `unmatched-pattern`, naming every entry that no operator of the graph answers to.
 */
export function opSchemesOf(graph: Graph, scheme: Scheme): readonly OpScheme[] {
  const entries = Object.entries(scheme.operators ?? {});
  requireKnown([["default", scheme.default], ...entries]);
  const patterns = entries.map(([text, opScheme]) => ({ text, opScheme, matches: matcher(text) }));
  const labels = graph.ops.map((op) => labelsOf(op, graph));
  const unmatched = patterns.filter(
    ({ matches }) => !labels.some(({ kind, names }) => [kind, ...names].some(matches)),
  );
  if (unmatched.length > 0) {
    throw new UserError(
      "unmatched-pattern",
      `no operator of graph "${graph.name}" is called:\n${list(unmatched.map(({ text }) => JSON.stringify(text)))}`,
      {
        hint: "Give names of output tensors, kinds of operators, or patterns with * and ? for them.",
      },
    );
  }
  return labels.map(({ kind, names }) => {
    const exact = names.find((name) => Object.hasOwn(scheme.operators ?? {}, name));
    if (exact !== undefined) return scheme.operators?.[exact] as OpScheme;
    const last = patterns.findLast(({ matches }) => [kind, ...names].some(matches));
    return last?.opScheme ?? scheme.default;
  });
}

function labelsOf({ kind, outputs }: Op, { tensors }: Graph) {
  return { kind, names: outputs.flatMap((id) => tensors[id]?.name ?? []) };
}

function requireKnown(entries: readonly (readonly [string, string])[]): void {
  const unknown = entries.filter(([, name]) => !(opSchemes as readonly string[]).includes(name));
  if (unknown.length === 0) return;
  const lines = unknown.map(([text, name]) => `${JSON.stringify(text)}: ${JSON.stringify(name)}`);
  throw new UserError("unknown-scheme", `there are no such schemes:\n${list(lines)}`, {
    hint: `Choose among ${opSchemes.join(", ")}.`,
  });
}

/** `*`: any characters, `?`: one, others: themselves. */
function matcher(pattern: string): (text: string) => boolean {
  const source = Array.from(pattern, (character) => {
    if (character === "*") return ".*";
    if (character === "?") return ".";
    return character.replace(/[\\^$.+()[\]{}|/]/u, String.raw`\$&`);
  });
  const expression = new RegExp(`^${source.join("")}$`, "su");
  return (text) => expression.test(text) || text === pattern;
}
