import type { Architecture } from "./architecture.ts";
import { cnn } from "./cnn.ts";
import { mlp } from "./mlp.ts";

/** The networks `train` can build by name. A new one is a file and a row. */
export const architectures = { cnn, mlp } satisfies Record<string, Architecture>;

export type ArchitectureName = keyof typeof architectures;
