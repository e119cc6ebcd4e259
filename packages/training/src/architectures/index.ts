import type { Architecture } from "./architecture.ts";
import { cnn } from "./cnn.ts";
import { conv3, conv3Tiny } from "./conv-3.ts";
import { dsCnn } from "./ds-cnn.ts";
import { lenet } from "./lenet.ts";
import { mlp } from "./mlp.ts";
import { mobilenetV1 } from "./mobilenet-v1.ts";
import { resnet8 } from "./resnet-8.ts";
import { separable } from "./separable.ts";

/** The networks `train` can build by name. A new one is a file and a row. */
export const architectures = {
  cnn,
  mlp,
  lenet,
  separable,
  "conv-3": conv3,
  "conv-3-tiny": conv3Tiny,
  "ds-cnn": dsCnn,
  "mobilenet-v1": mobilenetV1,
  "resnet-8": resnet8,
} satisfies Record<string, Architecture>;

export type ArchitectureName = keyof typeof architectures;
