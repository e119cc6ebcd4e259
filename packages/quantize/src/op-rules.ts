import type { ElementType, OpKind, OpOf, Quantization } from "@smidgen/graph";
import type { BiasType } from "./quantize-affine.ts";
import type { Range } from "./ranges.ts";
import type { Converter } from "./scheme.ts";

/** How operators compute in integers: what happens to the operands and outputs of each. */
export interface Arithmetic {
  readonly activations: ActivationFormat;
  readonly biasType: BiasType;
  readonly converter: Converter;
  readonly rules: OpRules;
}

export type OpRules = { readonly [K in OpKind]: OpRule<K> | Refusal };

/** How values are stored that are only known when the network runs. */
export interface ActivationFormat {
  readonly type: ElementType;
  readonly quantizationOf: (range: Range) => PerTensor;
}

export type PerTensor = Extract<Quantization, { readonly kind: "per-tensor" }>;

/** Why there is no rule: `it is quantized already`. */
export type Refusal = string;

export interface OpRule<K extends OpKind = OpKind> {
  /** In order; the last one also holds for operands beyond it. */
  readonly operands: PerOperand<OpOf<K>["inputs"]>;
  /** Of all outputs. */
  readonly output: OutputRule;
}

type PerOperand<Operands extends readonly unknown[]> =
  | { readonly [Position in keyof Operands]: OperandRule }
  | readonly [OperandRule, RecurrentRule];

export type OperandRule =
  /** Stored as an activation; a constant gets the range of its contents. */
  | { readonly kind: "activation" }
  /** A constant around zero: a scale per slice along `channelAxis`, or one for all. */
  | {
      readonly kind: "weights";
      readonly type: "int8" | "int4";
      readonly channelAxis: number | undefined;
    }
  /** An int32 or int64 constant whose scale is that of the activation times that of the weights. */
  | { readonly kind: "bias" }
  /** Axes, shapes and positions: not quantized. */
  | { readonly kind: "integers" }
  | RecurrentRule;

/** Weights, biases and state of a recurrent layer, for which there is a function. */
interface RecurrentRule {
  readonly kind: "recurrent";
}

export type OutputRule =
  /** As the range says that was seen, but not much finer than the unit in which the operator computes. */
  | { readonly kind: "calibrated"; readonly unit: Unit | undefined }
  /** The operator moves values and computes none: its output is stored like its activation operand. */
  | { readonly kind: "same-as-input" }
  /** The operator picks values of several inputs: they and its output are stored alike. */
  | { readonly kind: "shared" }
  | { readonly kind: "fixed"; readonly quantization: PerTensor }
  /** Positions: not quantized. */
  | { readonly kind: "integers" };

/** What one step of an operator's exact result stands for, from the scales of its operands. */
export type Unit = "activation-times-weights" | "largest" | "product";
