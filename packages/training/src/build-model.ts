import { UserError } from "@smidgen/errors";
import type { LayersModel, Shape } from "@tensorflow/tfjs-layers";
import type { Architecture, BuildOptions } from "./architectures/architecture.ts";
import { architectures, type ArchitectureName } from "./architectures/index.ts";
import { ensureBackend } from "./backends/select-backend.ts";

/**
 * A fresh network of one of the `architectures`: the same options, the same weights.
 *
 * @throws UserError `unknown-architecture`, or `shape-mismatch` for images it cannot take
 */
export async function buildModel(
  architecture: ArchitectureName,
  options: BuildOptions,
): Promise<LayersModel> {
  const known: Readonly<Record<string, Architecture>> = architectures;
  const chosen = Object.hasOwn(known, architecture) ? known[architecture] : undefined;
  if (chosen === undefined) {
    throw new UserError("unknown-architecture", `there is no architecture "${architecture}"`, {
      hint: `Choose one of ${Object.keys(known).join(", ")}.`,
    });
  }
  await ensureBackend();
  let model: LayersModel;
  try {
    model = chosen.build(options);
  } catch (cause) {
    throw refused(architecture, options, (cause as Error).message, cause);
  }
  // tfjs builds layers of size 0, and of less
  const empty = model.layers.find(({ outputShape }) => outputShape.flat().some(isBelow1));
  if (empty !== undefined) {
    const shape = (empty.outputShape as Shape).slice(1).join(", ");
    throw refused(architecture, options, `layer "${empty.name}" would put out [${shape}]`);
  }
  return model;
}

function isBelow1(size: number | null): boolean {
  return size !== null && size < 1;
}

function refused(
  architecture: string,
  { inputShape }: BuildOptions,
  reason: string,
  cause?: unknown,
): UserError {
  return new UserError(
    "shape-mismatch",
    `architecture "${architecture}" takes no images of [${inputShape.join(", ")}]: ${reason}`,
    { cause },
  );
}
