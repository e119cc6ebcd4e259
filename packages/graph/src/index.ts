export { type Graph, presentInputs, tensorOf } from "./graph.ts";
export {
  type GraphBuilder,
  graphBuilder,
  type NewConstant,
  type NewOutput,
  type NewTensor,
} from "./graph-builder.ts";
export { inferShapes } from "./infer-shapes.ts";
export {
  multiplyAccumulates,
  type Op,
  type OpKind,
  type OpOf,
  opRules,
  type PerOp,
  rulesOf,
} from "./op.ts";
export type { OpRules } from "./op-rules.ts";
export { stridedRanges, type StridedRange } from "./ops/strided-slice.ts";
export { perAxis, perTensor, type Quantization } from "./quantization.ts";
export { printGraph, printTensor } from "./print-graph.ts";
export {
  type Activation,
  type Padding,
  paddingBefore,
  type Window,
  windowOutput,
} from "./spatial.ts";
export {
  byteCount,
  type ElementArray,
  type ElementArrays,
  elementCount,
  type ElementType,
  elementTypes,
  isConstant,
  type Shape,
  type Tensor,
  type TensorId,
} from "./tensor.ts";
export { findGraphProblems, type GraphProblem, verifyGraph } from "./verify-graph.ts";
