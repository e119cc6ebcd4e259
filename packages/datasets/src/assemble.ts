import { UserError } from "@smidgen/errors";
import type { CatalogRow } from "./catalog.ts";
import type { Examples } from "./dataset.ts";
import type { Idx } from "./idx.ts";
import { figure, list } from "./messages.ts";
import { readIdx } from "./read-idx.ts";
import type { Content, Contents } from "./read-directory.ts";

/**
 * The examples in four sound IDX files.
 *
 * @throws UserError `invalid-dataset`, with everything that keeps the files from being this dataset:
 * element types, ranks, image sizes, counts that differ, labels without a class.
 */
export function assemble(
  row: CatalogRow,
  contents: Contents,
): { readonly train: Examples; readonly test: Examples } {
  const problems: string[] = [];
  const train = examplesOf(row, contents.trainImages, contents.trainLabels, problems);
  const test = examplesOf(row, contents.testImages, contents.testLabels, problems);
  if (train === undefined || test === undefined) {
    throw new UserError("invalid-dataset", `these files are not ${row.title}:${list(problems)}`);
  }
  return { train, test };
}

function examplesOf(
  row: CatalogRow,
  imageFile: Content,
  labelFile: Content,
  problems: string[],
): Examples | undefined {
  const images = readIdx(imageFile.bytes, imageFile.path);
  const labels = readIdx(labelFile.bytes, labelFile.path);
  const [height, width] = row.imageShape;
  const [count, ...size] = images.shape;

  const found: string[] = [];
  if (images.type !== "uint8" || size.join() !== `${height},${width}`) {
    found.push(`${imageFile.path} has ${describe(images)}, not uint8 [count, ${height}, ${width}]`);
  }
  if (labels.type !== "uint8" || labels.shape.length !== 1) {
    found.push(`${labelFile.path} has ${describe(labels)}, not uint8 [count]`);
  } else {
    found.push(...withoutClass(labels.data, row.classes.length, labelFile.path));
  }
  if (found.length === 0 && count === 0) found.push(`${imageFile.path} has no images`);
  if (images.shape.length === 3 && labels.shape.length === 1 && count !== labels.data.length) {
    found.push(
      `${imageFile.path} and ${labelFile.path} differ in count: ` +
        `${figure(count ?? 0)} and ${figure(labels.data.length)}`,
    );
  }
  problems.push(...found);
  if (found.length > 0 || images.type !== "uint8" || labels.type !== "uint8") return undefined;
  return {
    count: labels.data.length,
    shape: row.imageShape,
    images: images.data,
    labels: labels.data,
  };
}

function withoutClass(labels: Uint8Array, classCount: number, path: string): readonly string[] {
  const first = labels.findIndex((label) => label >= classCount);
  if (first === -1) return [];
  return [
    `${path}: label ${figure(first)} is ${labels[first]}; there are ${classCount} classes, from 0`,
  ];
}

function describe({ type, shape }: Idx): string {
  return `${type} [${shape.join(", ")}]`;
}
