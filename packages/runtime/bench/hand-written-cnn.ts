import type { Graph } from "@smidgen/graph";
import {
  denseFloat32,
  denseInt8,
  type FloatLayer,
  floatLayer,
  int8Layer,
  type Int8Layer,
  rescale,
  weighted,
} from "./hand-written-dense.ts";

/**
 * The network of the study, 28×28 → conv 3×3×8 → max-pool 2×2 → dense 16 → dense 10, as someone would write it for
 * this network alone: all sizes are constants, every loop is the obvious one. Returns the 10 scores before softmax.
 */
export function cnnInt8(graph: Graph): (image: Int8Array) => Int8Array {
  const [conv, dense1, dense2] = weighted(graph).map((op) => int8Layer(graph, op)) as [
    Int8Layer,
    Int8Layer,
    Int8Layer,
  ];
  const convolved = new Int8Array(26 * 26 * 8);
  const pooled = new Int8Array(13 * 13 * 8);
  const hidden = new Int8Array(16);
  const scores = new Int8Array(10);

  return (image) => {
    const { filter, bias, multipliers, shifts, inputZeroPoint, outputZeroPoint, min } = conv;
    for (let y = 0; y < 26; y++) {
      for (let x = 0; x < 26; x++) {
        for (let channel = 0; channel < 8; channel++) {
          let sum = bias[channel]!;
          for (let ky = 0; ky < 3; ky++) {
            for (let kx = 0; kx < 3; kx++) {
              const value = image[(y + ky) * 28 + x + kx]! - inputZeroPoint;
              sum = (sum + filter[channel * 9 + ky * 3 + kx]! * value) | 0;
            }
          }
          const q = rescale(sum, multipliers[channel]!, shifts[channel]!) + outputZeroPoint;
          convolved[(y * 26 + x) * 8 + channel] = Math.min(127, Math.max(min, q));
        }
      }
    }
    for (let y = 0; y < 13; y++) {
      for (let x = 0; x < 13; x++) {
        for (let channel = 0; channel < 8; channel++) {
          const corner = (2 * y * 26 + 2 * x) * 8 + channel;
          pooled[(y * 13 + x) * 8 + channel] = Math.max(
            convolved[corner]!,
            convolved[corner + 8]!,
            convolved[corner + 208]!,
            convolved[corner + 216]!,
          );
        }
      }
    }
    denseInt8(dense1, pooled, hidden);
    denseInt8(dense2, hidden, scores);
    return scores;
  };
}

/** The same network in float32, summing in doubles. */
export function cnnFloat32(graph: Graph): (image: Float32Array) => Float32Array {
  const [conv, dense1, dense2] = weighted(graph).map((op) => floatLayer(graph, op)) as [
    FloatLayer,
    FloatLayer,
    FloatLayer,
  ];
  const convolved = new Float32Array(26 * 26 * 8);
  const pooled = new Float32Array(13 * 13 * 8);
  const hidden = new Float32Array(16);
  const scores = new Float32Array(10);

  return (image) => {
    const { filter, bias } = conv;
    for (let y = 0; y < 26; y++) {
      for (let x = 0; x < 26; x++) {
        for (let channel = 0; channel < 8; channel++) {
          let sum = bias[channel]!;
          for (let ky = 0; ky < 3; ky++) {
            for (let kx = 0; kx < 3; kx++) {
              sum += filter[channel * 9 + ky * 3 + kx]! * image[(y + ky) * 28 + x + kx]!;
            }
          }
          convolved[(y * 26 + x) * 8 + channel] = Math.max(0, sum);
        }
      }
    }
    for (let y = 0; y < 13; y++) {
      for (let x = 0; x < 13; x++) {
        for (let channel = 0; channel < 8; channel++) {
          const corner = (2 * y * 26 + 2 * x) * 8 + channel;
          pooled[(y * 13 + x) * 8 + channel] = Math.max(
            convolved[corner]!,
            convolved[corner + 8]!,
            convolved[corner + 208]!,
            convolved[corner + 216]!,
          );
        }
      }
    }
    denseFloat32(dense1, pooled, hidden, 0);
    denseFloat32(dense2, hidden, scores, -Infinity);
    return scores;
  };
}
