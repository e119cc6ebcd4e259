import { UserError } from "@smidgen/errors";
import type { LayersModel } from "@tensorflow/tfjs-layers";
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
  try {
    return chosen.build(options);
  } catch (cause) {
    throw new UserError(
      "shape-mismatch",
      `architecture "${architecture}" takes no images of [${options.inputShape.join(", ")}]: ` +
        (cause as Error).message,
      { cause },
    );
  }
}
