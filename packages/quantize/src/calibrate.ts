import type { Graph } from "@smidgen/graph";
import type { Ranges } from "./ranges.ts";
import type { CalibrationMethod } from "./calibration/calibration-method.ts";
import { createCalibrator } from "./calibration/calibrator.ts";
import type { Sample } from "./calibration/sample.ts";

export type { Sample, SampleArray } from "./calibration/sample.ts";

export interface CalibrationOptions {
  /** How a range is found from the values that were seen. Default `{ kind: "min-max" }`. */
  readonly method?: CalibrationMethod;
  /**
   * Whether recurrent layers forget before each sample. Default false: samples are taken as one sequence, as
   * TensorFlow's calibrator does.
   */
  readonly resetState?: boolean;
  /** Called after each sample with how many there have been. */
  readonly onSample?: (count: number) => void;
}

/**
 * The range of every float tensor that is computed, inputs and states of recurrent layers included, over all samples.
 *
 * `samples` is gone through once and none is kept, so that it may be a generator. A few hundred that are like what the
 * network will see are usual. Their order matters to moving averages and recurrent layers alone.
 *
 * @throws UserError `no-samples`; `wrong-sample`, if a sample does not fit the inputs; `not-finite`, naming the
 * sample and the first tensor that holds NaN or overflows, or the constants that do; `not-a-float-graph`;
 * `ambiguous-names`, if two tensors share a name, which is what ranges are kept by; `invalid-method`.
 */
export function calibrate(
  graph: Graph,
  samples: Iterable<Sample>,
  options: CalibrationOptions = {},
): Ranges {
  const calibrator = createCalibrator(graph, options);
  for (const sample of samples) {
    calibrator.add(sample);
    options.onSample?.(calibrator.count());
  }
  return calibrator.ranges();
}

/** `calibrate` for samples that arrive one after the other. */
export async function calibrateStream(
  graph: Graph,
  samples: AsyncIterable<Sample> | Iterable<Sample>,
  options: CalibrationOptions = {},
): Promise<Ranges> {
  const calibrator = createCalibrator(graph, options);
  for await (const sample of samples) {
    calibrator.add(sample);
    options.onSample?.(calibrator.count());
  }
  return calibrator.ranges();
}
