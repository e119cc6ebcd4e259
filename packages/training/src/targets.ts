/** What the examples of a batch should come to, where that is more than a label each. */
export interface TargetSettings {
  readonly classes: number;
  /** This share of each example's target goes to all classes alike: 0..1. */
  readonly labelSmoothing: number;
  /** How much each class counts, [classes]. Undefined: all alike, 1. */
  readonly classWeights: readonly number[] | undefined;
}

/**
 * Targets [count, classes]: the row of an example is its class weight spread over the classes.
 *
 * Source of the smoothing: "Rethinking the Inception Architecture for Computer Vision" (Szegedy et al. 2015): 1 − s on the label,
 * and s / classes on each class.
 */
export function targetsOf(
  labels: Uint8Array,
  { classes, labelSmoothing, classWeights }: TargetSettings,
): Float32Array {
  const targets = new Float32Array(labels.length * classes);
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row]!;
    const weight = classWeights?.[label] ?? 1;
    const start = row * classes;
    targets.fill((weight * labelSmoothing) / classes, start, start + classes);
    targets[start + label]! += weight * (1 - labelSmoothing);
  }
  return targets;
}

/**
 * A weight for each class, such that all classes count alike however many examples they have, and the mean over
 * the examples is 1. A class without examples gets 0.
 */
export function balancedClassWeights(labels: Uint8Array, classes: number): readonly number[] {
  const counts = Array.from({ length: classes }, () => 0);
  for (const label of labels) counts[label]!++;
  const present = counts.filter((count) => count > 0).length;
  return counts.map((count) => (count === 0 ? 0 : labels.length / (present * count)));
}
