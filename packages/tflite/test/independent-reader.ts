// oxlint-disable no-underscore-dangle -- the official runtime names its methods so
import { ByteBuffer } from "flatbuffers";
import type { ElementArray, Graph, Op, Quantization, Tensor } from "@smidgen/graph";

/**
 * Reads a `.tflite` file again, by the field numbers of schema.fbs over the official FlatBuffers runtime and with none
 * of our reader's code, and compares what it finds with a graph.
 *
 * @returns The first difference, or `undefined` if the graph is what the file says.
 */
export function findDifference(file: Uint8Array, graph: Graph): string | undefined {
  const bb = new ByteBuffer(file);
  const root = bb.__indirect(0);
  const [subgraph = 0, ...others] = tables(root, 2);
  const buffers = tables(root, 4);
  const codes = tables(root, 1);
  const tensorTables = tables(subgraph, 0);
  const operators = tables(subgraph, 3);
  const used = new Set([
    ...ints(subgraph, 1),
    ...ints(subgraph, 2),
    ...operators.flatMap((operator) => [...ints(operator, 1), ...ints(operator, 2)]),
  ]);
  const inner = new Set(
    operators.flatMap((operator) => ints(operator, 8)).filter((id) => !used.has(id)),
  );

  if (int32(root, 0, 0) !== 3) return "schema version";
  if (others.length > 0) return "subgraphs";
  if ((text(subgraph, 4) ?? "model") !== graph.name) return "name";
  if (ints(subgraph, 1).join() !== graph.inputs.join()) return "inputs";
  if (ints(subgraph, 2).join() !== graph.outputs.join()) return "outputs";
  if (tensorTables.length !== graph.tensors.length) return "tensor count";
  for (const [id, tensor] of graph.tensors.entries()) {
    const difference = tensorDifference(tensorTables[id] ?? 0, id, tensor);
    if (difference !== undefined) return `tensor ${id}: ${difference}`;
  }
  if (operators.length !== graph.ops.length) return "operator count";
  for (const [index, op] of graph.ops.entries()) {
    const difference = operatorDifference(operators[index] ?? 0, op);
    if (difference !== undefined) return `operator ${index}: ${difference}`;
  }
  return undefined;

  function tensorDifference(table: number, id: number, tensor: Tensor): string | undefined {
    if ((text(table, 3) ?? "") !== tensor.name) return "name";
    const type = types[int8(table, 1, 0)];
    const stored = ints(table, 0);
    const shape = inner.has(id) && stored.join() === "0" ? [] : stored;
    const isStandIn =
      tensor.type === "int8" && tensor.shape.length === 0 && tensor.data === undefined;
    if (isStandIn && !used.has(id) && !inner.has(id)) return undefined;
    if (type !== tensor.type) return "type";
    if (shape.join() !== tensor.shape.join()) return "shape";
    if ((int8(table, 5, 0) !== 0) !== tensor.isVariable) return "variable";
    if (!isSameQuantization(child(table, 4), tensor.quantization)) return "quantization";
    const buffer = int32(table, 2, 0);
    const data = buffer === 0 ? undefined : bytesOf(buffers[buffer]);
    if (data === undefined || tensor.data === undefined) {
      return data === tensor.data ? undefined : "constant";
    }
    return isSameData(data, tensor.type, tensor.data) ? undefined : "data";
  }

  function bytesOf(buffer: number | undefined): Uint8Array | undefined {
    if (buffer === undefined) return undefined;
    const offset = Number(int64(buffer, 1));
    if (offset > 1) return file.subarray(offset, offset + Number(int64(buffer, 2)));
    const at = field(buffer, 0);
    if (at === 0) return undefined;
    const start = bb.__vector(at);
    const data = file.subarray(start, start + bb.__vector_len(at));
    return data.length === 0 ? undefined : data;
  }

  function isSameQuantization(table: number, quantization: Quantization | undefined): boolean {
    const scales = table === 0 ? [] : vector(table, 2, (at) => bb.readFloat32(at), 4);
    const zeroPoints = table === 0 ? [] : vector(table, 3, (at) => bb.readInt64(at), 8);
    if (scales.every((scale) => scale === 0)) return quantization === undefined;
    if (quantization === undefined) return false;
    if (quantization.kind === "per-tensor") {
      const isScale = scales.length === 1 && scales[0] === quantization.scale;
      return isScale && Number(zeroPoints[0]) === quantization.zeroPoint;
    }
    return (
      scales.join() === quantization.scales.join() &&
      int32(table, 6, 0) === quantization.axis &&
      zeroPoints.every((zeroPoint) => zeroPoint === 0n)
    );
  }

  function operatorDifference(table: number, op: Op): string | undefined {
    const code = codes[int32(table, 0, 0)] ?? 0;
    const builtin = Math.max(int8(code, 0, 0), int32(code, 3, 0));
    if (kinds[builtin] !== op.kind) return "kind";
    const given = ints(table, 1).map((id) => (id === -1 ? undefined : id));
    const operands = op.inputs.map((_, i) => given[i]);
    if (given.length > op.inputs.length || operands.join() !== op.inputs.join()) return "operands";
    if (ints(table, 2).join() !== op.outputs.join()) return "outputs";
    const options = expectedOptions(op, table);
    if (options === undefined) return undefined;
    const expected = JSON.stringify(sorted(options));
    return expected === JSON.stringify(sorted(op.options)) ? undefined : `options ${expected}`;
  }

  /** Options of the operators that golden models have; `undefined` for others. */
  function expectedOptions(op: Op, table: number): object | undefined {
    const row = (member: number) => (int8(table, 3, 0) === member ? child(table, 4) : 0);
    switch (op.kind) {
      case "add":
        return { activation: activations[int8(row(11), 0, 0)] };
      case "mul":
        return { activation: activations[int8(row(21), 0, 0)] };
      case "mean":
      case "sum":
      case "reduce-max":
        return { keepDims: int8(row(27), 0, 0) !== 0 };
      case "softmax":
        return { beta: float32(row(9), 0) };
      case "reshape":
        return { newShape: newShape(row(17), op, table) };
      case "fully-connected": {
        const options = row(8);
        return {
          activation: activations[int8(options, 0, 0)],
          keepNumDims: int8(options, 2, 0) !== 0,
        };
      }
      case "max-pool-2d":
      case "average-pool-2d": {
        const options = row(5);
        return {
          padding: paddings[int8(options, 0, 0)],
          strideWidth: int32(options, 1, 0),
          strideHeight: int32(options, 2, 0),
          filterWidth: int32(options, 3, 0),
          filterHeight: int32(options, 4, 0),
          activation: activations[int8(options, 5, 0)],
        };
      }
      case "conv-2d": {
        const options = row(1);
        return {
          padding: paddings[int8(options, 0, 0)],
          strideWidth: int32(options, 1, 0),
          strideHeight: int32(options, 2, 0),
          activation: activations[int8(options, 3, 0)],
          dilationWidth: int32(options, 4, 1),
          dilationHeight: int32(options, 5, 1),
        };
      }
      case "depthwise-conv-2d": {
        const options = row(2);
        const [input, filter] = op.inputs;
        const channels = (id: number) => graph.tensors[id]?.shape[3] ?? 0;
        return {
          padding: paddings[int8(options, 0, 0)],
          strideWidth: int32(options, 1, 0),
          strideHeight: int32(options, 2, 0),
          depthMultiplier: int32(options, 3, 0) || channels(filter) / channels(input),
          activation: activations[int8(options, 4, 0)],
          dilationWidth: int32(options, 5, 1),
          dilationHeight: int32(options, 6, 1),
        };
      }
      case "svdf": {
        const options = row(6);
        return {
          rank: int32(options, 0, 0),
          activation: activations[int8(options, 1, 0)],
          asymmetricQuantizeInputs: int8(options, 2, 0) !== 0,
        };
      }
      case "unidirectional-sequence-lstm": {
        const options = row(71);
        return {
          activation: activations[int8(options, 0, 0)],
          cellClip: float32(options, 1),
          projectionClip: float32(options, 2),
          timeMajor: int8(options, 3, 0) !== 0,
          asymmetricQuantizeInputs: int8(options, 4, 0) !== 0,
          intermediates: ints(table, 8),
        };
      }
      default:
        return undefined;
    }
  }

  /** Where a field's value lies; 0 if it is absent. Table 0 has no fields. */
  function field(table: number, id: number): number {
    if (table === 0) return 0;
    const vtable = table - bb.readInt32(table);
    const position = 4 + 2 * id;
    // The runtime's own __offset takes these for signed.
    const offset = position < bb.readUint16(vtable) ? bb.readUint16(vtable + position) : 0;
    return offset === 0 || position + 2 > bb.readUint16(vtable) ? 0 : table + offset;
  }

  function int8(table: number, id: number, absent: number): number {
    const at = field(table, id);
    return at === 0 ? absent : bb.readInt8(at);
  }

  function int32(table: number, id: number, absent: number): number {
    const at = field(table, id);
    return at === 0 ? absent : bb.readInt32(at);
  }

  function int64(table: number, id: number): bigint {
    const at = field(table, id);
    return at === 0 ? 0n : bb.readUint64(at);
  }

  function float32(table: number, id: number): number {
    const at = field(table, id);
    return at === 0 ? 0 : bb.readFloat32(at);
  }

  function text(table: number, id: number): string | undefined {
    const at = field(table, id);
    if (at === 0) return undefined;
    const start = bb.__indirect(at);
    const letters = file.subarray(start + 4, start + 4 + bb.readInt32(start));
    return Buffer.from(letters).toString("utf8");
  }

  function child(table: number, id: number): number {
    const at = field(table, id);
    return at === 0 ? 0 : bb.__indirect(at);
  }

  function vector<T>(
    table: number,
    id: number,
    read: (at: number) => T,
    bytes: number,
  ): readonly T[] {
    const at = field(table, id);
    if (at === 0) return [];
    const start = bb.__vector(at);
    return Array.from({ length: bb.__vector_len(at) }, (_, i) => read(start + bytes * i));
  }

  function ints(table: number, id: number): readonly number[] {
    return vector(table, id, (at) => bb.readInt32(at), 4);
  }

  function tables(table: number, id: number): readonly number[] {
    return vector(table, id, (at) => bb.__indirect(at), 4);
  }

  function newShape(options: number, op: Op, table: number): readonly number[] {
    const shapeId = op.inputs[1];
    const operand = shapeId === undefined ? undefined : graph.tensors[shapeId]?.data;
    if (operand instanceof Int32Array) return [...operand];
    if (field(options, 0) === 0) return ints(tensorTables[ints(table, 2)[0] ?? -1] ?? 0, 0);
    const option = ints(options, 0);
    return option.join() === "0" ? [] : option;
  }
}

function isSameData(stored: Uint8Array, type: Tensor["type"], data: ElementArray): boolean {
  if (type === "bool") return stored.every((byte, i) => (byte === 0 ? 0 : 1) === data[i]);
  if (type === "int4") {
    return (data as Int8Array).every((value, i) => {
      const nibble = ((stored[i >> 1] ?? 0) >> (i % 2 === 0 ? 0 : 4)) & 15;
      return (nibble > 7 ? nibble - 16 : nibble) === value;
    });
  }
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return Buffer.compare(stored, bytes) === 0;
}

/** Numbers that JSON has no words for become text, and properties are put in order. */
function sorted(options: object): object {
  return Object.fromEntries(
    Object.entries(options)
      .map(([name, value]) => [
        name,
        typeof value === "number" ? String(value) : (value as unknown),
      ])
      .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  ) as object;
}

const activations = ["none", "relu", "relu-n1-to-1", "relu6", "tanh", "sign-bit"];
const paddings = ["same", "valid"];

/** By the file's codes, 0 to 17. */
const types =
  "float32 float16 int32 uint8 int64 string bool int16 complex64 int8 float64 complex128 uint64 resource variant uint32 uint16 int4".split(
    " ",
  );

/** By the file's codes. */
const kinds: Readonly<Record<number, string>> = {
  0: "add",
  1: "average-pool-2d",
  2: "concatenation",
  3: "conv-2d",
  4: "depthwise-conv-2d",
  6: "dequantize",
  7: "embedding-lookup",
  9: "fully-connected",
  11: "l2-normalization",
  14: "logistic",
  17: "max-pool-2d",
  18: "mul",
  19: "relu",
  21: "relu6",
  22: "reshape",
  23: "resize-bilinear",
  25: "softmax",
  27: "svdf",
  28: "tanh",
  34: "pad",
  36: "gather",
  39: "transpose",
  40: "mean",
  41: "sub",
  43: "squeeze",
  44: "unidirectional-sequence-lstm",
  45: "strided-slice",
  49: "split",
  50: "log-softmax",
  53: "cast",
  54: "prelu",
  55: "maximum",
  56: "arg-max",
  57: "minimum",
  60: "pad-v2",
  65: "slice",
  67: "transpose-conv",
  70: "expand-dims",
  74: "sum",
  82: "reduce-max",
  83: "pack",
  88: "unpack",
  97: "resize-nearest-neighbor",
  98: "leaky-relu",
  111: "elu",
  114: "quantize",
  117: "hard-swish",
};
