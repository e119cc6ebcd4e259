import { initializers, layers, sequential } from "@tensorflow/tfjs-layers";
import { layerSeeds } from "../random.ts";
import type { Architecture } from "./architecture.ts";

/** Three convolutions with batch normalization, which is folded into them, and one dense layer. */
interface Conv3 {
  readonly name: string;
  readonly widths: readonly [number, number, number];
  /** Of the first convolution: a pool behind it, or a stride instead, which never makes the large image. */
  readonly first: { readonly kernelSize: number; readonly strides: 1 | 2 };
}

function conv3Network({ name, widths, first }: Conv3): Architecture["build"] {
  return ({ inputShape, classes, seed }) => {
    const nextSeed = layerSeeds(seed);
    const glorot = () => initializers.glorotUniform({ seed: nextSeed() });
    const counts = new Map<string, number>();
    /** As Keras names layers. */
    const named = (kind: string) => {
      const count = counts.get(kind) ?? 0;
      counts.set(kind, count + 1);
      return { name: count === 0 ? kind : `${kind}_${count}` };
    };
    const pool = () => layers.maxPooling2d({ ...named("max_pooling2d"), poolSize: 2 });
    const block = (filters: number, options: object) => [
      layers.conv2d({
        ...named("conv2d"),
        filters,
        kernelSize: 3,
        useBias: false,
        kernelInitializer: glorot(),
        ...options,
      }),
      layers.batchNormalization({ ...named("batch_normalization"), momentum: 0.9 }),
      layers.activation({ ...named("activation"), activation: "relu" }),
    ];
    return sequential({
      name,
      layers: [
        ...block(widths[0], { inputShape: [...inputShape], ...first }),
        ...(first.strides === 1 ? [pool()] : []),
        ...block(widths[1], {}),
        pool(),
        ...block(widths[2], {}),
        layers.flatten({ name: "flatten" }),
        layers.dense({
          name: "dense",
          units: classes,
          activation: "softmax",
          kernelInitializer: glorot(),
        }),
      ],
    });
  };
}

/** For accuracy with as many parameters as the study's network has. */
export const conv3: Architecture = {
  description:
    "conv 16 → pool → conv 32 → pool → conv 40 → dense, each of 3×3 with batch normalization",
  figures: {
    inputShape: [28, 28, 1],
    classes: 10,
    parameters: 20_234,
    multiplyAccumulates: 762_192,
    operators: "conv-2d max-pool-2d conv-2d max-pool-2d conv-2d reshape fully-connected softmax",
    constants: 19_970,
  },
  build: conv3Network({
    name: "conv_3",
    widths: [16, 32, 40],
    first: { kernelSize: 3, strides: 1 },
  }),
};

/** For accuracy in 16 KB of flash and 4 KB of RAM. */
export const conv3Tiny: Architecture = {
  description:
    "conv 8 of 5×5 every other pixel → conv 16 → pool → conv 32 → dense, with batch normalization",
  figures: {
    inputShape: [28, 28, 1],
    classes: 10,
    parameters: 9_074,
    multiplyAccumulates: 188_352,
    operators: "conv-2d conv-2d max-pool-2d conv-2d reshape fully-connected softmax",
    constants: 8_906,
  },
  build: conv3Network({
    name: "conv_3_tiny",
    widths: [8, 16, 32],
    first: { kernelSize: 5, strides: 2 },
  }),
};
