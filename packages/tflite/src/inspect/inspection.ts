import type { ByteUse } from "../byte-use.ts";
import type { ArenaNeed } from "./arena-requests.ts";
import type { Json } from "./row-to-json.ts";

/** A `.tflite` file as plain data that `JSON.stringify` keeps whole. What the file leaves out is `undefined`. */
export interface Inspection {
  readonly fileName: string;
  readonly bytes: number;
  /** What the bytes are for; adds up to `bytes`. */
  readonly byteUse: ByteUse;
  readonly schemaVersion: number;
  readonly description: string | undefined;
  readonly metadata: readonly InspectedMetadata[];
  readonly signatures: readonly InspectedSignature[];
  readonly operatorCodes: readonly InspectedOperatorCode[];
  readonly buffers: {
    readonly count: number;
    readonly withData: number;
    /** Neither a tensor nor metadata refers to them. */
    readonly unused: number;
  };
  readonly subgraphs: readonly InspectedSubgraph[];
  /** Fields that were added to the schema after the revision that we know: `Tensor field 11`. */
  readonly unknownFields: readonly string[];
}

export interface InspectedMetadata {
  readonly name: string;
  readonly buffer: number;
  readonly bytes: number;
  /** The contents, where they are short text. */
  readonly text: string | undefined;
  /** Where the arena plan that the entry is puts tensors of all subgraphs in turn; `undefined` for those it leaves out. */
  readonly offlineMemoryPlan: readonly (number | undefined)[] | undefined;
}

export interface InspectedSignature {
  readonly key: string;
  readonly subgraph: number;
  readonly inputs: readonly { readonly name: string; readonly tensor: number }[];
  readonly outputs: readonly { readonly name: string; readonly tensor: number }[];
}

export interface InspectedOperatorCode {
  /** `CONV_2D`, or `CUSTOM "my_op"`. */
  readonly name: string;
  readonly version: number;
  /** Operators that have it. */
  readonly uses: number;
}

export interface InspectedSubgraph {
  readonly name: string | undefined;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly tensors: readonly InspectedTensor[];
  readonly operators: readonly InspectedOperator[];
  /** Per inference, of the operators whose work is known. */
  readonly multiplyAccumulates: number;
  /** Elements of constants that are floats or quantized, each constant once. */
  readonly parameters: number;
  readonly arena: ArenaNeed;
}

export interface InspectedTensor {
  readonly name: string | undefined;
  /** `INT8` */
  readonly type: string;
  readonly shape: readonly number[];
  /** −1 stands for a dimension that may change. */
  readonly shapeSignature: readonly number[] | undefined;
  readonly quantization: InspectedQuantization | undefined;
  readonly isVariable: boolean;
  /** What it takes in memory; `undefined` for dynamic shapes and strings. */
  readonly bytes: number | undefined;
  readonly buffer: number;
  /** Stored bytes; `undefined` if it is not a constant. */
  readonly storedBytes: number | undefined;
  /** Other tensors, of any subgraph, that have the same buffer with data. */
  readonly sharedWith: number;
  readonly sparsity: Json | undefined;
}

export interface InspectedQuantization {
  readonly scales: readonly (number | string)[];
  readonly zeroPoints: readonly (number | string)[];
  readonly axis: number;
  readonly min: readonly (number | string)[];
  readonly max: readonly (number | string)[];
  /** A scheme other than scales and zero points. */
  readonly details: Json | undefined;
}

export interface InspectedOperator {
  /** `CONV_2D`, or `CUSTOM "my_op"`; `operator code 7` if the file has no such code. */
  readonly name: string;
  readonly version: number | undefined;
  /** Tensors; −1 is an operand that is left out. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly intermediates: readonly number[];
  /** The options table with its schema's names: `{ "table": "Conv2DOptions", "padding": "SAME", … }`. */
  readonly options: { readonly [name: string]: Json } | undefined;
  readonly customOptions: { readonly bytes: number; readonly hex: string } | undefined;
  /** Per inference; `undefined` if shapes or the operator's work are unknown. */
  readonly multiplyAccumulates: number | undefined;
  /** Elements of its constants that are floats or quantized. */
  readonly parameters: number;
}
