import path from "node:path";
import { UserError } from "@smidgen/errors";
import type { Graph } from "@smidgen/graph";
import {
  calibrate,
  opSchemesOf,
  parseCalibrationMethod,
  quantizeGraph,
  type Ranges,
  readRanges,
  type Scheme,
  writeRanges,
} from "@smidgen/quantize";
import { planMemory } from "@smidgen/runtime";
import { lintTflite, writeTflite } from "@smidgen/tflite";
import { readBytes, writeWhole } from "../files.ts";
import { type FloatModel, readFloatModel } from "../model-files/read-float-model.ts";
import { calibrationData } from "../quantize/calibration-data.ts";
import {
  type AutomaticOptions,
  type AutomaticResult,
  describeDetails,
  isAutomatic,
  quantizeAutomatically,
} from "../quantize/quantize-automatically.ts";
import { readScheme, type SchemeOptions } from "../quantize/scheme-settings.ts";
import { count, counted, heading, oneLine, shortened, table } from "../text.ts";

export interface QuantizeOptions extends Omit<SchemeOptions, "converter">, AutomaticOptions {
  readonly output: string;
  readonly calibration: readonly string[];
  readonly samples: number;
  readonly seed: number;
  readonly method: string;
  readonly ranges?: string | undefined;
  readonly saveRanges?: string | undefined;
  readonly resetState: boolean;
  readonly converter: "auto" | "classic" | "mlir";
  readonly json: boolean;
}

/**
 * Writes a float model with smaller numbers, and says what became of it. `show` draws how far calibration has come.
 *
 * @throws UserError `no-calibration`, if the scheme needs ranges and nothing gives them; and as its parts.
 */
export async function quantize(
  file: string,
  options: QuantizeOptions,
  show: (line: string) => void,
): Promise<string> {
  const method = parseCalibrationMethod(options.method);
  const model = await readFloatModel(file);
  const { graph } = model;
  const scheme = await readScheme({
    ...options,
    converter: options.converter === "auto" ? model.converter : options.converter,
  });
  const made = isAutomatic(options)
    ? await automatic(graph, scheme, { ...options, method }, show)
    : await plain(graph, scheme, { ...options, method }, show);
  const { quantized, ranges, opSchemes } = made;
  const bytes = writeTflite(quantized);
  if (options.saveRanges !== undefined) {
    await writeWhole(options.saveRanges, writeRanges(ranges.ranges));
  }
  await writeWhole(options.output, bytes);

  const floatBytes = model.bytes ?? writeTflite(graph).length;
  const report = {
    file: path.basename(file),
    output: options.output,
    bytes: { float: floatBytes, quantized: bytes.length },
    arenaBytes: { float: arenaOf(graph), quantized: arenaOf(quantized) },
    scheme: made.scheme,
    ...(made.details === undefined ? {} : { recipe: made.recipe, ...made.details }),
    calibration: ranges.description,
    operators: graph.ops.map(({ kind, outputs }, i) => ({
      operator: kind,
      output: graph.tensors[outputs[0]]?.name ?? "",
      scheme: opSchemes[i],
    })),
    microcontroller: lintTflite(bytes, { for: "tflm", name: path.basename(options.output) }),
  };
  if (options.json) return `${JSON.stringify(report, undefined, 2)}\n`;
  const text = describe(report, model);
  if (made.details === undefined) return text;
  return [text.trimEnd(), ...describeDetails(made.details), ""].join("\n");
}

interface Made {
  readonly quantized: Graph;
  readonly scheme: Scheme;
  readonly opSchemes: ReturnType<typeof opSchemesOf>;
  readonly ranges: { readonly ranges: Ranges; readonly description: string };
  readonly recipe?: AutomaticResult["recipe"];
  readonly details?: AutomaticResult["details"];
}

async function plain(
  graph: Graph,
  scheme: Scheme,
  options: RangesOptions,
  show: (line: string) => void,
): Promise<Made> {
  const opSchemes = opSchemesOf(graph, scheme);
  const ranges = await rangesFor(graph, scheme, opSchemes, options, show);
  return { quantized: quantizeGraph(graph, ranges.ranges, scheme), scheme, opSchemes, ranges };
}

/** @throws UserError `no-calibration` without samples: ranges alone do not tell what to correct. */
async function automatic(
  graph: Graph,
  scheme: Scheme,
  options: RangesOptions & AutomaticOptions,
  show: (line: string) => void,
): Promise<Made> {
  const { calibration, samples: most, seed, method, resetState } = options;
  if (calibration.length === 0 || options.ranges !== undefined) {
    throw new UserError("no-calibration", "corrections need samples, not only their ranges", {
      hint: "Give samples: --calibration mnist, or an .npy file for each input; and no --ranges.",
    });
  }
  const data = await calibrationData(graph, calibration, { count: most, seed });
  // A source may fill the same arrays again and again.
  const samples = Array.from(data.samples, (sample) =>
    (Array.isArray(sample) ? (sample as Float32Array[]) : [sample as Float32Array]).map((array) =>
      array.slice(),
    ),
  );
  const seen = (float: Graph) => calibrate(float, samples, { method, resetState });
  const result = quantizeAutomatically(graph, scheme, samples, seen, options, show);
  return {
    ...result,
    scheme: result.recipe.scheme,
    opSchemes: opSchemesOf(graph, result.recipe.scheme),
    ranges: {
      ranges: result.ranges,
      description: `${counted(samples.length, "sample")} of ${data.description}, ${result.ranges.method ?? "min-max"}`,
    },
  };
}

interface RangesOptions extends Pick<
  QuantizeOptions,
  "calibration" | "ranges" | "resetState" | "samples" | "seed"
> {
  readonly method: ReturnType<typeof parseCalibrationMethod>;
}

async function rangesFor(
  graph: Graph,
  scheme: Scheme,
  opSchemes: ReturnType<typeof opSchemesOf>,
  { calibration, ranges, resetState, samples, seed, method }: RangesOptions,
  show: (line: string) => void,
): Promise<{ readonly ranges: Ranges; readonly description: string }> {
  if (ranges !== undefined) {
    const text = Buffer.from(await readBytes(ranges)).toString("utf8");
    return {
      ranges: readRanges(text, { graph, name: ranges }),
      description: `ranges of ${ranges}`,
    };
  }
  if (calibration.length > 0) {
    const data = await calibrationData(graph, calibration, { count: samples, seed });
    const found = calibrate(graph, data.samples, {
      method,
      resetState,
      onSample: (done) => show(`Calibrating: ${count(done)} of ${count(data.count)}`),
    });
    show("");
    return {
      ranges: found,
      description: `${counted(found.samples, "sample")} of ${data.description}, ${found.method}`,
    };
  }
  const borders = [scheme.inputs ?? "computed", scheme.outputs ?? "computed"];
  const isFloat =
    opSchemes.every((each) => floatSchemes.has(each)) &&
    borders.every((type) => type === "computed" || type === "float32");
  if (isFloat) return { ranges: { samples: 0, tensors: {} }, description: "none needed" };
  throw new UserError("no-calibration", "integers need to know what values the network will see", {
    hint: "Give samples (--calibration mnist, or an .npy file for each input), or --ranges of an earlier run.",
  });
}

/** Those whose activations are floats. */
const floatSchemes: ReadonlySet<string> = new Set([
  "float32",
  "float16",
  "weights-int8",
  "dynamic-range",
]);

/** Undefined where a kernel is missing. */
function arenaOf(graph: Graph): number | undefined {
  try {
    return planMemory(graph).arenaBytes;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

interface Report {
  readonly file: string;
  readonly output: string;
  readonly bytes: { readonly float: number; readonly quantized: number };
  readonly arenaBytes: {
    readonly float: number | undefined;
    readonly quantized: number | undefined;
  };
  readonly scheme: Scheme;
  readonly calibration: string;
  readonly operators: readonly {
    readonly operator: string;
    readonly output: string;
    readonly scheme: string | undefined;
  }[];
  readonly microcontroller: ReturnType<typeof lintTflite>;
}

function describe(report: Report, { bytes: isFile }: FloatModel): string {
  const { bytes, arenaBytes, operators, microcontroller, scheme } = report;
  const share = ((100 * bytes.quantized) / bytes.float).toFixed(1);
  const figure = (value: number | undefined) => (value === undefined ? "?" : count(value));
  const errors = microcontroller.filter(({ severity }) => severity === "error");
  const isMixed = new Set(operators.map((each) => each.scheme)).size > 1;
  return [
    `${heading(report.output)}  ${count(bytes.quantized)} bytes, ${share} % of the float ${isFile === undefined ? "model as .tflite" : "file"}`,
    `scheme:       ${isMixed ? "mixed" : scheme.default}, weights ${scheme.converter}`,
    `calibration:  ${report.calibration}`,
    `arena:        ${figure(arenaBytes.quantized)} bytes, float ${figure(arenaBytes.float)}`,
    `TensorFlow Lite Micro: ${errors.length === 0 ? "nothing found against it" : "does not run it"}`,
    ...errors.slice(0, 5).map(({ place, message }) => `  ${oneLine(place)}: ${oneLine(message)}`),
    ...(errors.length > 5 ? [`  and ${errors.length - 5} more`] : []),
    ...(isMixed
      ? [
          "",
          table(
            ["", "operator", "scheme", "output"],
            operators.map(({ operator, scheme: opScheme, output }, i) => [
              `${i}`,
              operator,
              opScheme ?? "",
              shortened(oneLine(output), 50),
            ]),
            [0],
          ),
        ]
      : []),
    "",
  ].join("\n");
}
