import path from "node:path";
import { UserError } from "@smidgen/errors";
import { elementCount, type Graph, tensorOf } from "@smidgen/graph";
import { arraySamples, type NumberArray, readNpy, type Sample } from "@smidgen/quantize";
import { isFolder, readBytes } from "../files.ts";

export interface CalibrationData {
  readonly samples: Iterable<Sample>;
  readonly count: number;
  /** Where they come from: `mnist`, `a.npy, b.npy`. */
  readonly description: string;
}

/**
 * What `--calibration` names: an `.npy` file for each input, a folder with IDX files, a file of IDX images, or a dataset.
 *
 * Images become floats from 0 to 1; of a dataset's training images `count` are drawn by `seed`, of files the first are
 * taken.
 *
 * @throws UserError `cannot-read`, `wrong-sample`, and as `readNpy`, `readIdx` and `loadDataset`.
 */
export async function calibrationData(
  graph: Graph,
  places: readonly string[],
  { count, seed }: { readonly count: number; readonly seed: number },
): Promise<CalibrationData> {
  const description = places.join(", ");
  const [place = ""] = places;
  const arrays = places.every((each) => each.endsWith(".npy"))
    ? await Promise.all(places.map((each, i) => readArray(graph, each, i)))
    : [places.length > 1 ? refuseMixture(places) : await images(place, count, seed)];
  const given = countOf(graph, arrays[0]);
  return {
    samples: arraySamples(graph, arrays, count),
    count: Math.min(given, count),
    description,
  };
}

async function readArray(graph: Graph, file: string, input: number): Promise<NumberArray> {
  const id = graph.inputs[input];
  const integers = id !== undefined && tensorOf(graph, id).type === "int32";
  return readNpy(await readBytes(file), { name: file, integers });
}

function refuseMixture(places: readonly string[]): never {
  throw new UserError("wrong-sample", `${places.join(", ")} are not all .npy files`, {
    hint: "Give one .npy file for each input, or one dataset or folder.",
  });
}

async function images(place: string, count: number, seed: number): Promise<NumberArray> {
  const { datasetNames, loadDataset, readIdx, sample, toFloat32 } =
    await import("@smidgen/datasets");
  const name = datasetNames.find((each) => each === place);
  const isFile = name === undefined && !(await isFolder(place));
  if (isFile) {
    const { shape, data } = readIdx(await readBytes(place), path.basename(place));
    const scale = data instanceof Uint8Array ? 255 : 1;
    return { shape, data: Float32Array.from(data as Uint8Array, (value) => value / scale) };
  }
  const { train } = await loadDataset(
    name === undefined
      ? { name: "mnist", directory: place, fallback: false }
      : { name, fallback: false },
  );
  const drawn = sample(train, Math.min(count, train.count), seed);
  return { shape: [drawn.count, ...drawn.shape], data: toFloat32(drawn) };
}

function countOf(graph: Graph, array: NumberArray | undefined): number {
  const [first] = graph.inputs;
  if (array === undefined || first === undefined) return 0;
  return Math.floor(array.data.length / elementCount(tensorOf(graph, first).shape));
}
