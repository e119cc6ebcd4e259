import { maxPool2dInt8Dsp } from "./max-pool-2d/int8-dsp.ts";
import { poolTwin } from "./pool-2d.ts";
import type { CTwinRow } from "./c-twin.ts";
import { packLogSoftmaxInt8 } from "./log-softmax/int8-twin.ts";
import { packLstm, packSigmoidalInt16 } from "./sigmoid-twins.ts";
import { packPadV2, packPad } from "./pad/pad-twins.ts";
import { packRequantize } from "./quantize/integers-twin.ts";
import { transposeConvInt8Twin } from "./transpose-conv/int8-twin.ts";
import {
  conv2dInt16Twin,
  depthwiseConv2dInt16Twin,
  fullyConnectedInt16Twin,
  transposeConvInt16Twin,
} from "./wide-twins.ts";
import { conv2dInt8Dsp } from "./conv-2d/int8-dsp.ts";
import { conv2dInt8Mve } from "./conv-2d/int8-mve.ts";
import { conv2dInt8Twin } from "./conv-2d/int8-twin.ts";
import {
  depthwiseConv2dInt8AsConvDsp,
  depthwiseConv2dInt8Dsp,
} from "./depthwise-conv-2d/int8-dsp.ts";
import {
  depthwiseConv2dInt8AsConvMve,
  depthwiseConv2dInt8Mve,
} from "./depthwise-conv-2d/int8-mve.ts";
import {
  depthwiseConv2dInt8AsConv,
  depthwiseConv2dInt8Twin,
} from "./depthwise-conv-2d/int8-twin.ts";
import { fullyConnectedInt8Dsp } from "./fully-connected/int8-dsp.ts";
import { fullyConnectedInt8Mve } from "./fully-connected/int8-mve.ts";
import { fullyConnectedInt8Twin } from "./fully-connected/int8-twin.ts";
import { softmaxInt8Twin } from "./softmax/int8-twin.ts";
import { asItIs } from "./as-it-is.ts";

/** A header for elements of this type. */
const made = (
  header: string,
  element: keyof typeof cTypes,
  pack: CTwinRow["pack"] = asItIs,
): readonly CTwinRow[] => [{ header, pack, defines: { SMG_ELEMENT: cTypes[element] } }];

/** A header for input and output of these types. */
const madeFromTo = (
  header: string,
  input: keyof typeof cTypes,
  output: keyof typeof cTypes,
  pack: CTwinRow["pack"] = asItIs,
): readonly CTwinRow[] => [
  { header, pack, defines: { SMG_INPUT: cTypes[input], SMG_OUTPUT: cTypes[output] } },
];

const cTypes = {
  int8: "int8_t",
  uint8: "uint8_t",
  bool: "uint8_t",
  int16: "int16_t",
  int32: "int32_t",
} as const;

const integers = ["int8", "uint8", "int16", "int32"] as const;
/** `prefix_INPUT_OUTPUT` for all pairs. */
const pairs = (
  prefix: string,
  inputs: readonly (keyof typeof cTypes)[],
  outputs: readonly (keyof typeof cTypes)[],
  header: string,
  pack?: CTwinRow["pack"],
): Readonly<Record<string, readonly CTwinRow[]>> =>
  Object.fromEntries(
    inputs.flatMap((input) =>
      outputs.map((output) => [
        `${prefix}_${input}_${output}`,
        madeFromTo(header, input, output, pack),
      ]),
    ),
  );

/** The ways to compute each kernel in C, by `Step.kernel`; the best one first. */
export const cTwins: Readonly<Record<string, readonly CTwinRow[]>> = {
  arg_max_int8: made("arg-max/arg_max.h", "int8"),
  average_pool_2d_int8: made("average-pool-2d/average_pool_2d.h", "int8", poolTwin),
  average_pool_2d_int16: made("average-pool-2d/average_pool_2d.h", "int16", poolTwin),
  ...pairs("cast", [...integers, "bool"], ["int8", "int16", "int32"], "cast/cast.h"),
  conv_2d_int8: [
    { needs: "mve", header: "conv-2d/conv_2d_int8_mve.h", pack: conv2dInt8Mve },
    { needs: "dsp", header: "conv-2d/conv_2d_int8_dsp.h", pack: conv2dInt8Dsp },
    { header: "conv-2d/conv_2d_int8.h", pack: conv2dInt8Twin },
  ],
  copy: [{ header: "reshape/copy.h", pack: asItIs }],
  depthwise_conv_2d_int8: [
    { needs: "mve", header: "conv-2d/conv_2d_int8_mve.h", pack: depthwiseConv2dInt8AsConvMve },
    {
      needs: "mve",
      header: "depthwise-conv-2d/depthwise_conv_2d_int8_mve.h",
      pack: depthwiseConv2dInt8Mve,
    },
    { needs: "dsp", header: "conv-2d/conv_2d_int8_dsp.h", pack: depthwiseConv2dInt8AsConvDsp },
    {
      needs: "dsp",
      header: "depthwise-conv-2d/depthwise_conv_2d_int8_dsp.h",
      pack: depthwiseConv2dInt8Dsp,
    },
    { header: "depthwise-conv-2d/depthwise_conv_2d_int8.h", pack: depthwiseConv2dInt8Twin },
    { header: "conv-2d/conv_2d_int8.h", pack: depthwiseConv2dInt8AsConv },
  ],
  conv_2d_int16: [{ header: "conv-2d/conv_2d_int16.h", pack: conv2dInt16Twin }],
  depthwise_conv_2d_int16: [{ header: "conv-2d/conv_2d_int16.h", pack: depthwiseConv2dInt16Twin }],
  fully_connected_int16: [
    { header: "fully-connected/fully_connected_int16.h", pack: fullyConnectedInt16Twin },
  ],
  transpose_conv_int16: [
    { header: "transpose-conv/transpose_conv_int16.h", pack: transposeConvInt16Twin },
  ],
  fully_connected_int8: [
    {
      needs: "mve",
      header: "fully-connected/fully_connected_int8_mve.h",
      pack: fullyConnectedInt8Mve,
    },
    {
      needs: "dsp",
      header: "fully-connected/fully_connected_int8_dsp.h",
      pack: fullyConnectedInt8Dsp,
    },
    { header: "fully-connected/fully_connected_int8.h", pack: fullyConnectedInt8Twin },
  ],
  deal: [{ header: "split/deal.h", pack: asItIs, takesLists: true }],
  dequantize_int8: made("dequantize/dequantize.h", "int8"),
  dequantize_int16: made("dequantize/dequantize.h", "int16"),
  dequantize_uint8: made("dequantize/dequantize.h", "uint8"),
  gather: [{ header: "gather/gather.h", pack: asItIs }],
  interleave: [{ header: "concatenation/interleave.h", pack: asItIs, takesLists: true }],
  l2_normalization_int8: [{ header: "l2-normalization/l2_normalization_int8.h", pack: asItIs }],
  leaky_relu_int16: [{ header: "leaky-relu/leaky_relu_int16.h", pack: asItIs }],
  log_softmax_int8: [{ header: "log-softmax/log_softmax_int8.h", pack: packLogSoftmaxInt8 }],
  lookup_int8: [{ header: "lookup_int8.h", pack: asItIs }],
  max_pool_2d_int8: [
    { needs: "dsp", header: "max-pool-2d/max_pool_2d_int8_dsp.h", pack: maxPool2dInt8Dsp },
    ...made("max-pool-2d/max_pool_2d.h", "int8", poolTwin),
  ],
  max_pool_2d_int16: made("max-pool-2d/max_pool_2d.h", "int16", poolTwin),
  maximum_int8: made("maximum/maximum.h", "int8"),
  maximum_int16: made("maximum/maximum.h", "int16"),
  maximum_int32: made("maximum/maximum.h", "int32"),
  minimum_int8: made("minimum/minimum.h", "int8"),
  minimum_int16: made("minimum/minimum.h", "int16"),
  minimum_int32: made("minimum/minimum.h", "int32"),
  mul_int8: made("mul/mul.h", "int8"),
  mul_int16: made("mul/mul.h", "int16"),
  pad: [{ header: "pad/pad.h", pack: packPad }],
  pad_v2: [{ header: "pad-v2/pad_v2.h", pack: packPadV2 }],
  prelu_int8: made("prelu/prelu.h", "int8"),
  prelu_int16: made("prelu/prelu.h", "int16"),
  quantize_float32_int8: made("quantize/quantize_float32.h", "int8"),
  quantize_float32_int16: made("quantize/quantize_float32.h", "int16"),
  quantize_float32_uint8: made("quantize/quantize_float32.h", "uint8"),
  reduce_max_int8: [{ header: "reduce-max/reduce_max_int8.h", pack: asItIs }],
  reduce_sum_int8: made("reduce_sum.h", "int8"),
  reduce_sum_int16: made("reduce_sum.h", "int16"),
  ...pairs("requantize", integers, integers, "quantize/requantize.h", packRequantize),
  resize_bilinear_int8: [{ header: "resize-bilinear/resize_bilinear_int8.h", pack: asItIs }],
  resize_nearest_neighbor: [
    { header: "resize-nearest-neighbor/resize_nearest_neighbor.h", pack: asItIs },
  ],
  sigmoidal_int16: [{ header: "sigmoidal_int16.h", pack: packSigmoidalInt16 }],
  softmax_int16: [{ header: "softmax/softmax_int16.h", pack: asItIs }],
  softmax_int8: [
    {
      header: "softmax/softmax.h",
      pack: softmaxInt8Twin,
      defines: { SMG_OUTPUT: "int8_t", SMG_OUTPUT_BITS: "8" },
    },
  ],
  softmax_int8_int16: [
    {
      header: "softmax/softmax.h",
      pack: softmaxInt8Twin,
      defines: { SMG_OUTPUT: "int16_t", SMG_OUTPUT_BITS: "16" },
    },
  ],
  strided_copy: [{ header: "strided_copy.h", pack: asItIs }],
  sum_int8: made("integer-sum.h", "int8"),
  sum_int16: made("integer-sum.h", "int16"),
  svdf_int8_int8: [{ header: "svdf/svdf_int8.h", pack: asItIs, defines: { SMG_STATE: "int8_t" } }],
  svdf_int8_int16: [
    { header: "svdf/svdf_int8.h", pack: asItIs, defines: { SMG_STATE: "int16_t" } },
  ],
  transpose_conv_int8: [
    { header: "transpose-conv/transpose_conv_int8.h", pack: transposeConvInt8Twin },
  ],
  unidirectional_sequence_lstm_int16: [
    {
      header: "unidirectional-sequence-lstm/unidirectional_sequence_lstm_int16.h",
      pack: packLstm,
    },
  ],
  unidirectional_sequence_lstm_int8: [
    {
      header: "unidirectional-sequence-lstm/unidirectional_sequence_lstm_int8.h",
      pack: packLstm,
    },
  ],
};
