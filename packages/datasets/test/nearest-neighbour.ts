import type { Examples } from "@smidgen/datasets";

/** The share of `questions` whose nearest neighbour among `known` (in pixels) has the right label. */
export function nearestNeighbourAccuracy(known: Examples, questions: Examples): number {
  let right = 0;
  for (let q = 0; q < questions.count; q++) {
    let nearest = 0;
    let nearestDistance = Infinity;
    for (let k = 0; k < known.count; k++) {
      const distance = squaredDistance(questions.images, q * 784, known.images, k * 784);
      if (distance < nearestDistance) [nearest, nearestDistance] = [k, distance];
    }
    if (known.labels[nearest] === questions.labels[q]) right += 1;
  }
  return right / questions.count;
}

function squaredDistance(a: Uint8Array, aFrom: number, b: Uint8Array, bFrom: number): number {
  let sum = 0;
  for (let i = 0; i < 784; i++) {
    const difference = a[aFrom + i]! - b[bFrom + i]!;
    sum += difference * difference;
  }
  return sum;
}
