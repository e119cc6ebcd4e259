import type { LayerRules } from "./layer-rules.ts";
import { activation } from "./layers/activation.ts";
import { add } from "./layers/add.ts";
import { averagePooling2d } from "./layers/average-pooling-2d.ts";
import { batchNormalization } from "./layers/batch-normalization.ts";
import { conv2d } from "./layers/conv-2d.ts";
import { dense } from "./layers/dense.ts";
import { depthwiseConv2d } from "./layers/depthwise-conv-2d.ts";
import { dropout } from "./layers/dropout.ts";
import { flatten } from "./layers/flatten.ts";
import { globalAveragePooling2d } from "./layers/global-average-pooling-2d.ts";
import { globalMaxPooling2d } from "./layers/global-max-pooling-2d.ts";
import { maxPooling2d } from "./layers/max-pooling-2d.ts";
import { multiply } from "./layers/multiply.ts";
import { relu } from "./layers/relu.ts";
import { reshape } from "./layers/reshape.ts";
import { separableConv2d } from "./layers/separable-conv-2d.ts";
import { softmax } from "./layers/softmax.ts";
import { zeroPadding2d } from "./layers/zero-padding-2d.ts";

/** Every Keras layer that has a counterpart, by class name. */
export const layerTable: ReadonlyMap<string, LayerRules> = new Map(
  Object.entries({
    Activation: activation,
    Add: add,
    AlphaDropout: dropout,
    AveragePooling2D: averagePooling2d,
    BatchNormalization: batchNormalization,
    Conv2D: conv2d,
    Dense: dense,
    DepthwiseConv2D: depthwiseConv2d,
    Dropout: dropout,
    Flatten: flatten,
    GaussianDropout: dropout,
    GaussianNoise: dropout,
    GlobalAveragePooling2D: globalAveragePooling2d,
    GlobalMaxPooling2D: globalMaxPooling2d,
    MaxPooling2D: maxPooling2d,
    Multiply: multiply,
    ReLU: relu,
    Reshape: reshape,
    SeparableConv2D: separableConv2d,
    Softmax: softmax,
    ZeroPadding2D: zeroPadding2d,
  }),
);
