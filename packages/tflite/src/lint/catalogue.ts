import type { Runtime } from "./operator-support.ts";

/**
 * `error`: the runtime refuses the file, crashes, or computes other numbers than the file means.
 * `warning`: it runs, but somewhere else, or next, it may not.
 * `note`: worth knowing.
 */
export type Severity = "error" | "warning" | "note";

interface Entry {
  /** For all runtimes, or for each; a runtime that is left out has nothing to fear. */
  readonly severity: Severity | { readonly [R in Runtime]?: Severity };
  readonly remedy: string;
}

const everywhereButTflm = { tflite: "error", litert: "error" } as const;

/**
 * Everything that `lintTflite` can find.
 *
 * Severities are what the runtimes do: found by giving TensorFlow Lite and LiteRT such files, and for TFLM read from
 * tflite-micro at 90b983c2.
 */
export const catalogue = {
  // The file
  "not-tflite": { severity: "error", remedy: "Give a .tflite file." },
  "truncated-file": { severity: "error", remedy: "Get the file again." },
  "invalid-tflite": {
    severity: "error",
    remedy: "Get the file again, or write it with another tool.",
  },
  "schema-version": {
    severity: { ...everywhereButTflm, tflm: "warning" },
    remedy: "Convert the model with a tool that writes schema version 3.",
  },
  "newer-schema": {
    severity: "warning",
    remedy: "Use the newest runtime; older ones do not see the fields.",
  },
  "missing-part": { severity: "error", remedy: "Write the part, even if it is an empty list." },
  "misaligned-part": {
    severity: "error",
    remedy: "Write the file with FlatBuffers' own alignment.",
  },
  "misaligned-data": {
    severity: "warning",
    remedy:
      "Put every buffer's data at a multiple of 16 bytes (force_align in the schema), as repacking does.",
  },
  "misaligned-elements": {
    severity: { tflite: "warning", litert: "warning", tflm: "error" },
    remedy:
      "Put every buffer's data at a multiple of 16 bytes: cores without unaligned loads fault.",
  },
  "unreached-bytes": {
    severity: "note",
    remedy: "Repack the file, unless something else reads them (a ZIP archive of labels).",
  },

  // Buffers
  "buffer-position": { severity: "error", remedy: "Name a buffer that exists; 0 for none." },
  "buffer-0-not-empty": {
    severity: { tflite: "warning", litert: "warning", tflm: "error" },
    remedy: "Put an empty buffer first: tensors without data refer to it.",
  },
  "empty-buffer-data": {
    severity: { ...everywhereButTflm, tflm: "warning" },
    remedy: "Leave the data field out.",
  },
  "buffer-size": { severity: "error", remedy: "Store as many bytes as shape and type take." },
  "outside-data": {
    severity: { tflite: "error", tflm: "error" },
    remedy: "Move the data into the tables, as repacking does.",
  },
  "external-data": {
    severity: "error",
    remedy: "Store the constants in the file itself.",
  },
  "variable-with-data": {
    severity: "error",
    remedy: "Give variable tensors buffer 0: they begin as zeros.",
  },
  "shared-buffer-written": {
    severity: "error",
    remedy: "Give what is written a buffer of its own, without data.",
  },

  // Operator codes
  "operator-code-position": { severity: "error", remedy: "Name an operator code that exists." },
  "unsupported-operator": {
    severity: "error",
    remedy: "Replace the layers that become it, or choose another runtime.",
  },
  "custom-operator": { severity: "error", remedy: "Register the operator with the runtime." },
  "custom-operator-name": {
    severity: "error",
    remedy: "Write the operator's name as custom_code.",
  },
  "operator-version": {
    severity: { ...everywhereButTflm, tflm: "note" },
    remedy: "Use a newer runtime, or write the oldest version that means the same.",
  },
  "operator-version-low": {
    severity: "warning",
    remedy: "Write the version that the operand types call for: kernels may choose by it.",
  },
  "operator-code-fields": {
    severity: "warning",
    remedy:
      "Write the code in both builtin_code and deprecated_builtin_code (127 there if it is larger).",
  },
  "control-flow-code": {
    severity: { tflm: "error" },
    remedy: "Write builtin_code: TFLM's planner looks for IF, WHILE and CALL_ONCE in it alone.",
  },
  "custom-options": {
    severity: { tflite: "warning", litert: "warning", tflm: "error" },
    remedy: "Leave custom_options out of builtin operators, and out of custom ones that have none.",
  },

  // Order
  "tensor-position": {
    severity: "error",
    remedy: "Name a tensor that exists; −1 for an operand that is left out.",
  },
  "subgraph-position": { severity: "error", remedy: "Name a subgraph that exists." },
  "read-before-written": {
    severity: "error",
    remedy: "Put the operator that writes the tensor first.",
  },
  "never-written": {
    severity: "error",
    remedy: "Make it an input, give it data, or remove what reads it.",
  },
  "shared-output": {
    severity: { litert: "error" },
    remedy: "Put a RESHAPE to the same shape in front of the output.",
  },
  cycle: { severity: "error", remedy: "Break the cycle: no order of these operators computes it." },
  "written-twice": { severity: "error", remedy: "Give each operator outputs of its own." },
  "written-constant": { severity: "error", remedy: "Give outputs buffer 0." },
  "written-input": {
    severity: { tflite: "warning", litert: "error", tflm: "warning" },
    remedy: "Give outputs tensors of their own.",
  },
  "written-variable": {
    severity: { tflite: "warning", litert: "error", tflm: "warning" },
    remedy: "Give outputs tensors of their own; operators change variables as operands.",
  },
  "subgraph-cycle": { severity: "error", remedy: "No runtime lets a subgraph call itself." },
  "control-flow": {
    severity: { tflite: "note", litert: "note", tflm: "warning" },
    remedy: "On a microcontroller the arena must hold all subgraphs at once.",
  },
  "unused-tensor": { severity: "note", remedy: "Repack the file." },

  // Shapes
  "dynamic-shape": {
    severity: "error",
    remedy:
      "Write sizes that fit together (a batch of 1), and −1 in shape_signature alone. TFLM never resizes a tensor.",
  },
  "shape-signature": {
    severity: { tflm: "note" },
    remedy: "TFLM uses the static shape that the file also has.",
  },
  "operands-mismatch": { severity: "error", remedy: "Make the operands' shapes fit the operator." },
  "shape-mismatch": {
    severity: { tflite: "warning", litert: "error", tflm: "error" },
    remedy: "Write the shape that the operands make: TFLM believes the file.",
  },

  // Quantization
  "missing-quantization": {
    severity: "error",
    remedy: "Write scale and zero point of every quantized tensor.",
  },
  "zero-point-count": { severity: "error", remedy: "Write as many zero points as scales." },
  "scale-count": {
    severity: "error",
    remedy: "Write one scale, or one for each slice along quantized_dimension.",
  },
  "scale-value": { severity: "error", remedy: "Write positive, finite scales." },
  "quantized-dimension": {
    severity: { ...everywhereButTflm, tflm: "warning" },
    remedy: "Write a dimension that the tensor has, also for a single scale.",
  },
  "quantized-axis": {
    severity: "error",
    remedy: "Quantize weights along their output channels: axis 3 for DEPTHWISE_CONV_2D, else 0.",
  },
  "weight-zero-point": {
    severity: { tflite: "error", litert: "warning", tflm: "error" },
    remedy: "Quantize weights symmetrically: zero point 0.",
  },
  "bias-scale": {
    severity: "error",
    remedy: "Give the bias the scale input × weight: kernels add it without rescaling.",
  },
  "bias-type": {
    severity: "error",
    remedy:
      "Store biases as int32 (for 16-bit activations int64, or int32 with quantized_bias_type).",
  },
  "missing-bias": {
    severity: everywhereButTflm,
    remedy: "Give the convolution a bias, if only of zeros.",
  },
  "fixed-output-scale": {
    severity: "error",
    remedy: "Give the output the scale and zero point that the kernel produces.",
  },
  "same-scale": {
    severity: "error",
    remedy:
      "Give output and input the same scale and zero point, or put a QUANTIZE between them: the kernel copies numbers.",
  },
  "softmax-beta": {
    severity: "warning",
    remedy: "Write beta (1, as a rule): left out, it is 0, and all classes get the same score.",
  },
  hybrid: {
    severity: { tflm: "error" },
    remedy: "Quantize activations too, or leave the weights as floats.",
  },

  // What only some runtimes have
  sparse: { severity: { tflm: "error" }, remedy: "Store the tensor dense." },
  "unsupported-types": { severity: { tflm: "error" }, remedy: "Quantize to int8." },
  "scale-per-slice": {
    severity: { tflm: "error" },
    remedy: "Give the tensor one scale (per-tensor weights), or 4-bit dense weights 8 bits.",
  },
  "sized-intermediate": {
    severity: { tflm: "error" },
    remedy: "Write intermediates with a dimension of 0.",
  },
  "offline-plan": {
    severity: { tflm: "error" },
    remedy: "Plan the arena again, for every tensor of all subgraphs, or remove the plan.",
  },
  "offline-overlap": {
    severity: { tflm: "warning" },
    remedy: "Plan the arena again, unless all kernels can write over what they read.",
  },

  // Signatures and metadata
  "signature-key": {
    severity: { tflite: "error", litert: "error" },
    remedy: "Write signature_key.",
  },
  "signature-position": {
    severity: { tflite: "warning", litert: "error", tflm: "note" },
    remedy: "Name tensors and a subgraph that exist.",
  },
  "metadata-position": {
    severity: { tflite: "warning", litert: "error", tflm: "error" },
    remedy: "Name a buffer that exists.",
  },
} as const satisfies Readonly<Record<string, Entry>>;

export type FindingCode = keyof typeof catalogue;

/** `undefined` if it is nothing to this runtime. */
export function severityOf(code: FindingCode, runtime: Runtime): Severity | undefined {
  const { severity }: Entry = catalogue[code];
  return typeof severity === "string" ? severity : severity[runtime];
}
