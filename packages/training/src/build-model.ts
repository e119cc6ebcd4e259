import { UserError } from "@smidgen/errors";
import type { LayersModel, Shape } from "@tensorflow/tfjs-layers";
import type { Architecture, BuildOptions } from "./architectures/architecture.ts";
import { type ConvNetwork, convNetwork } from "./architectures/conv-network.ts";
import { architectures, type ArchitectureName } from "./architectures/index.ts";
import { ensureBackend } from "./backends/select-backend.ts";

/**
 * A fresh network, one of the `architectures` or a described one: the same options, the same weights.
 *
 * @throws UserError `unknown-architecture`, or `shape-mismatch` for images it cannot take
 */
export async function buildModel(
  architecture: ArchitectureName | ConvNetwork,
  options: BuildOptions,
): Promise<LayersModel> {
  if (typeof architecture !== "string") {
    const build = (given: BuildOptions) => convNetwork(architecture, given);
    return buildWith({ build }, `conv ${architecture.widths.join("-")}`, options);
  }
  const known: Readonly<Record<string, Architecture>> = architectures;
  const chosen = Object.hasOwn(known, architecture) ? known[architecture] : undefined;
  if (chosen === undefined) {
    throw new UserError("unknown-architecture", `there is no architecture "${architecture}"`, {
      hint: `Choose one of ${Object.keys(known).join(", ")}.`,
    });
  }
  return buildWith(chosen, architecture, options);
}

async function buildWith(
  { build }: Pick<Architecture, "build">,
  name: string,
  options: BuildOptions,
): Promise<LayersModel> {
  await ensureBackend();
  let model: LayersModel;
  try {
    model = build(options);
  } catch (cause) {
    throw refused(name, options, (cause as Error).message, cause);
  }
  // tfjs builds layers of size 0, and of less
  const empty = model.layers.find(({ outputShape }) => outputShape.flat().some(isBelow1));
  if (empty !== undefined) {
    const shape = (empty.outputShape as Shape).slice(1).join(", ");
    throw refused(name, options, `layer "${empty.name}" would put out [${shape}]`);
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
