import type { Tensor } from "@smidgen/graph";
import { requireSupported } from "./requirements.ts";

/**
 * Refuses an int8 tensor whose integers do not stand for exactly the same numbers as another's.
 *
 * As in TensorFlow Lite Micro, a tensor without quantization has scale 0 and zero point 0 here.
 */
export function requireEqualQuantization(
  [role, tensor]: readonly [role: string, tensor: Tensor],
  [otherRole, other]: readonly [role: string, tensor: Tensor],
): void {
  const a = scaleOf(role, tensor);
  const b = scaleOf(otherRole, other);
  requireSupported(
    a.scale === b.scale && a.zeroPoint === b.zeroPoint,
    `${role} "${tensor.name}" has scale ${a.scale} and zero point ${a.zeroPoint}, ${otherRole} "${other.name}" ${b.scale} and ${b.zeroPoint}; this operator does not rescale`,
    "Give both the same quantization, or put a quantize operator between.",
  );
}

function scaleOf(
  role: string,
  { name, quantization }: Tensor,
): { readonly scale: number; readonly zeroPoint: number } {
  if (quantization === undefined) return { scale: 0, zeroPoint: 0 };
  requireSupported(
    quantization.kind === "per-tensor",
    `${role} "${name}" has a scale per slice; it must have one for the whole tensor`,
  );
  return quantization;
}
