import path from "node:path";

/** What a file is, if it is a model, or is mistaken for one. */
export interface ModelFormat {
  readonly kind: "tflite" | "keras" | "tensorflow-js" | "other";
  /** After "it is": `an ONNX model`. */
  readonly title: string;
  /** How to come from it to a `.tflite` file; MODEL stands for the file. */
  readonly remedy: string;
}

interface Row extends ModelFormat {
  readonly matches?: (bytes: Buffer) => boolean;
  /** Where the content says nothing, the name may. */
  readonly extensions?: readonly string[];
}

const byQuantize =
  "Make a .tflite file of it: smidgen quantize MODEL --scheme float32 -o float.tflite";

export const savedModel: ModelFormat = {
  kind: "other",
  title: "a SavedModel of TensorFlow",
  remedy:
    "Make the bytes of a .tflite file of it in Python: tf.lite.TFLiteConverter.from_saved_model(folder).convert()",
};

/**
 * The first that matches.
 *
 * Sources of the signatures: tflite/schema/schema.fbs (`file_identifier`); the HDF5 file format specification; numpy.lib.format;
 * Git LFS's specification; torch.save's archive, caffe2/serialize/inline_container.h. What converters do: READMEs of onnx2tf
 * and ai-edge-torch.
 */
const rows: readonly Row[] = [
  {
    kind: "tflite",
    title: "a TensorFlow Lite model",
    remedy: "",
    matches: (bytes) => bytes.toString("latin1", 4, 8) === "TFL3",
  },
  {
    kind: "other",
    title: "a pointer of Git LFS, not the file itself",
    remedy: "Fetch the file: git lfs pull",
    matches: (bytes) => startsWith(bytes, "version https://git-lfs.github.com/spec/"),
  },
  {
    kind: "other",
    title: "an ONNX model",
    remedy:
      "Convert it, with the Python package onnx2tf (it writes .tflite files): onnx2tf -i MODEL",
    matches: isOnnx,
    extensions: [".onnx"],
  },
  {
    kind: "other",
    title: "a PyTorch model",
    remedy:
      "Make a .tflite file of it in Python: ai_edge_torch.convert(model, inputs).export(file)",
    matches: (bytes) => startsWith(bytes, "PK\u0003\u0004") && bytes.includes("/data.pkl"),
    extensions: [".pt", ".pth"],
  },
  {
    kind: "other",
    title: "an array of NumPy, not a model",
    remedy: "Samples are given beside the model, as --calibration, --samples or --inputs.",
    matches: (bytes) => startsWith(bytes, "\u0093NUMPY"),
    extensions: [".npz"],
  },
  {
    kind: "other",
    title: "a file of weights (safetensors), without a network",
    remedy: 'Save network and weights together, in Keras with model.save("model.keras").',
    extensions: [".safetensors"],
  },
  { ...savedModel, title: "a graph of TensorFlow", extensions: [".pb", ".pbtxt"] },
  {
    kind: "keras",
    title: "a Keras model",
    remedy: byQuantize,
    matches: (bytes) =>
      startsWith(bytes, "\u0089HDF\r\n\u001a\n") || startsWith(bytes, "PK\u0003\u0004"),
    extensions: [".keras", ".h5", ".hdf5"],
  },
  {
    kind: "tensorflow-js",
    title: "a TensorFlow.js model",
    remedy: byQuantize,
    extensions: [".json"],
  },
];

/** By content, and where this tells nothing by name. Undefined if neither does. */
export function modelFormat(content: Uint8Array, file: string): ModelFormat | undefined {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const extension = path.extname(file).toLowerCase();
  const found = rows.find(({ matches }) => matches?.(bytes) === true);
  return found ?? rows.find(({ extensions }) => extensions?.includes(extension) === true);
}

function startsWith(bytes: Buffer, characters: string): boolean {
  return bytes.toString("latin1", 0, characters.length) === characters;
}

/**
 * Whether it is a `ModelProto` from its first byte to its last: the version of its format first, then at least a graph.
 *
 * Source: `ModelProto`, onnx/onnx.proto; the encoding of Protocol Buffers.
 */
function isOnnx(bytes: Buffer): boolean {
  const [irVersion, graph] = [1, 7];
  let at = 0;
  let hasGraph = false;
  const varint = () => {
    let value = 0;
    for (let scale = 1; at < bytes.length && scale < 2 ** 64; scale *= 128) {
      const byte = bytes[at++] as number;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    return NaN;
  };
  while (at < bytes.length) {
    const isFirst = at === 0;
    const tag = varint();
    const [field, wireType] = [Math.floor(tag / 8), tag % 8];
    if (isFirst && (field !== irVersion || wireType !== 0)) return false;
    const value = varint();
    if (wireType === 2) at += value;
    if ((wireType !== 0 && wireType !== 2) || !(at <= bytes.length)) return false;
    hasGraph ||= field === graph && wireType === 2;
  }
  return hasGraph;
}
