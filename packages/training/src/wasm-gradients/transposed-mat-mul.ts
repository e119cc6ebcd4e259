import { Transpose, getKernel, type KernelFunc, type TensorInfo } from "@tensorflow/tfjs-core";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";

/**
 * Makes a matrix product fast when an operand is transposed, as one is in both gradients of a dense
 * layer: the operand is transposed first, and XNNPACK multiplies.
 *
 * The backend's own way is a loop of scalars for any product with a transposed operand.
 * Source: `batchMatMul`, tfjs-backend-wasm/src/cc/batch_mat_mul_impl.cc.
 *
 * @param matMul the backend's own kernel
 */
export function transposedMatMul(matMul: KernelFunc): KernelFunc {
  return ({ inputs, backend, attrs }) => {
    const wasm = backend as BackendWasm;
    const { a, b } = inputs as { a: TensorInfo; b: TensorInfo };
    const { transposeA, transposeB } = attrs as { transposeA: boolean; transposeB: boolean };
    // XNNPACK is used for single products only
    if ((!transposeA && !transposeB) || !isSingle(a) || !isSingle(b)) {
      return matMul({ inputs, backend, attrs: attrs! });
    }
    const left = transposeA ? transpose(a, wasm) : a;
    const right = transposeB ? transpose(b, wasm) : b;
    const product = matMul({
      inputs: { a: left, b: right },
      backend,
      attrs: { transposeA: false, transposeB: false },
    });
    if (transposeA) wasm.disposeData(left.dataId);
    if (transposeB) wasm.disposeData(right.dataId);
    return product;
  };
}

/** One matrix: [rows, columns] or [1, …, rows, columns] */
function isSingle({ shape }: TensorInfo): boolean {
  return shape.slice(0, -2).every((size) => size === 1);
}

function transpose(x: TensorInfo, backend: BackendWasm): TensorInfo {
  const perm = x.shape.map((_, axis) => axis);
  const rank = perm.length;
  [perm[rank - 2], perm[rank - 1]] = [rank - 1, rank - 2];
  const { kernelFunc } = getKernel(Transpose, "wasm");
  return kernelFunc({ inputs: { x }, backend, attrs: { perm } }) as TensorInfo;
}
