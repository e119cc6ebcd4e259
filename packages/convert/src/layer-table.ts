import type { LayerRules } from "./layer-rules.ts";
import { activation } from "./layers/activation.ts";
import { add } from "./layers/add.ts";
import { average } from "./layers/average.ts";
import { averagePooling1d } from "./layers/average-pooling-1d.ts";
import { averagePooling2d } from "./layers/average-pooling-2d.ts";
import { batchNormalization } from "./layers/batch-normalization.ts";
import { concatenate } from "./layers/concatenate.ts";
import { conv1d } from "./layers/conv-1d.ts";
import { conv2d } from "./layers/conv-2d.ts";
import { conv2dTranspose } from "./layers/conv-2d-transpose.ts";
import { cropping2d } from "./layers/cropping-2d.ts";
import { dense } from "./layers/dense.ts";
import { depthwiseConv2d } from "./layers/depthwise-conv-2d.ts";
import { dropout } from "./layers/dropout.ts";
import { elu } from "./layers/elu.ts";
import { embedding } from "./layers/embedding.ts";
import { flatten } from "./layers/flatten.ts";
import { globalAveragePooling1d } from "./layers/global-average-pooling-1d.ts";
import { globalAveragePooling2d } from "./layers/global-average-pooling-2d.ts";
import { globalMaxPooling1d } from "./layers/global-max-pooling-1d.ts";
import { globalMaxPooling2d } from "./layers/global-max-pooling-2d.ts";
import { leakyRelu } from "./layers/leaky-relu.ts";
import { lstm } from "./layers/lstm.ts";
import { maxPooling1d } from "./layers/max-pooling-1d.ts";
import { maxPooling2d } from "./layers/max-pooling-2d.ts";
import { maximum } from "./layers/maximum.ts";
import { minimum } from "./layers/minimum.ts";
import { multiply } from "./layers/multiply.ts";
import { permute } from "./layers/permute.ts";
import { prelu } from "./layers/prelu.ts";
import { relu } from "./layers/relu.ts";
import { rescaling } from "./layers/rescaling.ts";
import { reshape } from "./layers/reshape.ts";
import { separableConv2d } from "./layers/separable-conv-2d.ts";
import { softmax } from "./layers/softmax.ts";
import { upSampling2d } from "./layers/up-sampling-2d.ts";
import { zeroPadding2d } from "./layers/zero-padding-2d.ts";

/** Every Keras layer that has a counterpart, by class name. */
export const layerTable: ReadonlyMap<string, LayerRules> = new Map(
  Object.entries({
    Activation: activation,
    Add: add,
    AlphaDropout: dropout,
    Average: average,
    AveragePooling1D: averagePooling1d,
    AveragePooling2D: averagePooling2d,
    BatchNormalization: batchNormalization,
    Concatenate: concatenate,
    Conv1D: conv1d,
    Conv2D: conv2d,
    Conv2DTranspose: conv2dTranspose,
    Cropping2D: cropping2d,
    Dense: dense,
    DepthwiseConv2D: depthwiseConv2d,
    Dropout: dropout,
    ELU: elu,
    Embedding: embedding,
    Flatten: flatten,
    GaussianDropout: dropout,
    GaussianNoise: dropout,
    GlobalAveragePooling1D: globalAveragePooling1d,
    GlobalAveragePooling2D: globalAveragePooling2d,
    GlobalMaxPooling1D: globalMaxPooling1d,
    GlobalMaxPooling2D: globalMaxPooling2d,
    LeakyReLU: leakyRelu,
    LSTM: lstm,
    Maximum: maximum,
    MaxPooling1D: maxPooling1d,
    MaxPooling2D: maxPooling2d,
    Minimum: minimum,
    Multiply: multiply,
    Permute: permute,
    PReLU: prelu,
    ReLU: relu,
    Rescaling: rescaling,
    Reshape: reshape,
    SeparableConv2D: separableConv2d,
    Softmax: softmax,
    UpSampling2D: upSampling2d,
    ZeroPadding2D: zeroPadding2d,
  }),
);
