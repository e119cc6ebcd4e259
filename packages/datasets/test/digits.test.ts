import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { generateDigits, take, type Examples } from "@smidgen/datasets";
import { nearestNeighbourAccuracy } from "./nearest-neighbour.ts";

const { train, test: held } = generateDigits({ seed: 1, trainCount: 2000, testCount: 500 });

test("the same seed draws the same bytes on every machine", () => {
  // Not an expectation of what is right, but a promise: another digest changes every result that
  // was measured on these images.
  expect(sha256(train.images)).toBe(
    "0575193febf57404c5c913fe5241314d29277dceaa843868d8bb0d1aa4a0c54a",
  );
  expect(sha256(held.images)).toBe(
    "ba4233b69fe2d38dc944460b8d1a1a982138126566fcf2d14b014623c849d56d",
  );
});

test("fewer are the first of more", () => {
  const few = generateDigits({ seed: 1, trainCount: 3, testCount: 2 });
  expect(few.train).toEqual(take(train, 0, 3));
  expect(few.test).toEqual(take(held, 0, 2));
});

test("no image is drawn twice, in train, in test, or from another seed", () => {
  const other = generateDigits({ seed: 2, trainCount: 500, testCount: 0 });
  const drawn = [train, held, other.train].flatMap((examples) => images(examples).map(sha256));
  expect(new Set(drawn).size).toBe(3000);
});

test("every digit is drawn about equally often", () => {
  for (const [examples, most] of [
    [train, 260],
    [held, 80],
  ] as const) {
    const counts = Array.from({ length: 10 }, () => 0);
    for (const label of examples.labels) counts[label]! += 1;
    for (const count of counts) {
      expect(count).toBeLessThan(most);
      expect(count).toBeGreaterThan(examples.count / 5 - most);
    }
  }
});

test(
  "images have the form of MNIST: box, centre, polarity, amount of ink",
  { timeout: 300_000 },
  () => {
    const measured = images(train).map(measure);
    for (const { longerSide, centreX, centreY, brightest, corner } of measured) {
      expect(longerSide).toBeGreaterThanOrEqual(18);
      expect(longerSide).toBeLessThanOrEqual(22);
      expect(Math.abs(centreX - 14)).toBeLessThan(1);
      expect(Math.abs(centreY - 14)).toBeLessThan(1);
      expect(brightest).toBeGreaterThan(180);
      expect(corner).toBe(0);
    }
    // MNIST's own: 0.131 and 0.191
    expect(mean(measured.map(({ ink }) => ink))).toBeCloseTo(0.131, 1.5);
    expect(mean(measured.map(({ inked }) => inked))).toBeCloseTo(0.191, 1.5);
  },
);

test("they can be learned, and are not trivial", { timeout: 300_000 }, () => {
  const accuracy = nearestNeighbourAccuracy(train, held);
  expect(accuracy).toBeGreaterThan(0.88);
  expect(accuracy).toBeLessThan(0.99);
});

function images({ images: all, count }: Examples): readonly Uint8Array[] {
  return Array.from({ length: count }, (_, i) => all.subarray(i * 784, (i + 1) * 784));
}

function measure(image: Uint8Array) {
  const xs: number[] = [];
  const ys: number[] = [];
  let [mass, massX, massY] = [0, 0, 0];
  for (const [i, ink] of image.entries()) {
    if (ink === 0) continue;
    const [x, y] = [i % 28, Math.floor(i / 28)];
    xs.push(x);
    ys.push(y);
    mass += ink;
    massX += ink * (x + 0.5);
    massY += ink * (y + 0.5);
  }
  return {
    longerSide: Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys)) + 1,
    centreX: massX / mass,
    centreY: massY / mass,
    brightest: Math.max(...image),
    corner: image[0]! + image[27]! + image[756]! + image[783]!,
    ink: mass / 784 / 255,
    inked: xs.length / 784,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
