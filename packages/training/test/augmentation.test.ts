import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { train, type Augmentation } from "@smidgen/training";
import { augmenter } from "../src/augmentation/augmenter.ts";
import { bender } from "../src/augmentation/bender.ts";
import { syntheticExamples } from "./synthetic-examples.ts";

const shape = [21, 17, 1];
const imageSize = 21 * 17;

/** A soft bump, so that bilinear sampling follows it closely. */
function bump(channels = 1, x0 = 8, y0 = 10): Uint8Array {
  const image = new Uint8Array(imageSize * channels);
  for (let y = 0; y < 21; y++) {
    for (let x = 0; x < 17; x++) {
      const value = 250 * Math.exp(-((x - x0) ** 2 + (y - y0) ** 2) / 18);
      for (let c = 0; c < channels; c++) image[(y * 17 + x) * channels + c] = value / (c + 1);
    }
  }
  return image;
}

function apply(augmentation: Augmentation, example = 0, epoch = 1, seed = 5, channels = 1) {
  const size = imageSize * channels;
  const images = channels === 1 ? bumps : repeated(bump(channels), example + 1);
  const to = new Uint8Array(size);
  augmenter(augmentation, [21, 17, channels], seed)(images, example, epoch, to, 0);
  return to;
}

/** Mass, centre of mass and second moments: x², xy, y². */
function moments(image: Uint8Array) {
  let [mass, x, y, xx, xy, yy] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < image.length; i++) {
    const [dx, dy, value] = [(i % 17) - 8, Math.floor(i / 17) - 10, image[i]!];
    mass += value;
    x += dx * value;
    y += dy * value;
    xx += dx * dx * value;
    xy += dx * dy * value;
    yy += dy * dy * value;
  }
  return { mass, x: x / mass, y: y / mass, xx: xx / mass, xy: xy / mass, yy: yy / mass };
}

/** As an image of every example. */
const repeated = (image: Uint8Array, times: number) =>
  Buffer.concat(Array.from({ length: times }, () => image));

const bumps = repeated(bump(), 300);

const many = Array.from({ length: 300 }, (_, example) => example);

test("nothing changes where nothing is asked for", () => {
  expect(apply({})).toEqual(bump());
  expect(apply({ rotate: 0, elastic: { pixels: 0 } })).toEqual(bump());
  expect(apply({}, 0, 1, 5, 3)).toEqual(bump(3));
});

test("rotation keeps the centre where it is", () => {
  const turned = many.map((i) => moments(apply({ rotate: 90, outside: "nearest" }, i)));
  for (const { x, y, mass } of turned) {
    expect(Math.hypot(x, y)).toBeLessThan(0.6);
    expect(mass).toBeGreaterThan(0.8 * moments(bump()).mass);
  }
});

test("shifts move the centre by up to as much, evenly, whole image and nothing else", () => {
  const found = many.map((i) => moments(apply({ shift: 3 }, i)));
  const original = moments(bump());
  for (const axis of ["x", "y"] as const) {
    const moves = found.map((each) => each[axis]);
    expect(Math.max(...moves)).toBeGreaterThan(2.4);
    expect(Math.min(...moves)).toBeLessThan(-2.4);
    expect(Math.max(...moves.map(Math.abs))).toBeLessThan(3.05);
    expect(Math.abs(moves.reduce((sum, move) => sum + move, 0) / moves.length)).toBeLessThan(0.35);
  }
  for (const { mass } of found) expect(Math.abs(mass / original.mass - 1)).toBeLessThan(0.06);
});

test("scales stretch each axis by up to as much", () => {
  const original = moments(bump());
  const found = many.map((i) => moments(apply({ scale: 0.2 }, i)));
  for (const axis of ["xx", "yy"] as const) {
    const factors = found.map((each) => Math.sqrt(each[axis] / original[axis]));
    expect(Math.max(...factors)).toBeGreaterThan(1.12);
    expect(Math.max(...factors)).toBeLessThan(1.21);
    expect(Math.min(...factors)).toBeGreaterThan(0.79);
    expect(Math.min(...factors)).toBeLessThan(0.85);
  }
  expect(Math.max(...found.map(({ x, y }) => Math.hypot(x, y)))).toBeLessThan(0.2);
});

test("shear slants: what is below moves along with its distance from the centre", () => {
  const original = moments(bump());
  // for x' = x + s·y, E[x'y] = s·E[y²]
  const slants = many.map((i) => moments(apply({ shear: 0.3 }, i)).xy / original.yy);
  expect(Math.max(...slants)).toBeGreaterThan(0.25);
  expect(Math.min(...slants)).toBeLessThan(-0.25);
  expect(Math.max(...slants.map(Math.abs))).toBeLessThan(0.31);
});

test("rotation keeps distances from the centre", () => {
  const images = new Uint8Array(imageSize);
  // a soft blob off the centre
  images.set(bump(1, 12, 10));
  const all = repeated(images, many.length);
  const to = new Uint8Array(imageSize);
  const rotated = augmenter({ rotate: 60 }, shape, 3);
  const angles = many.map((i) => {
    rotated(all, i, 1, to, 0);
    // the blob's peak, by the brightest quarter
    const { x, y } = moments(to.map((value) => (value > 180 ? value : 0)));
    expect(Math.hypot(x, y)).toBeGreaterThan(3.6);
    expect(Math.hypot(x, y)).toBeLessThan(4.4);
    return (Math.atan2(y, x) * 180) / Math.PI;
  });
  expect(Math.max(...angles)).toBeGreaterThan(54);
  expect(Math.min(...angles)).toBeLessThan(-54);
  expect(Math.max(...angles.map(Math.abs))).toBeLessThan(62);
});

test("mirrors every other image", () => {
  const images = bump(1, 12, 10);
  const mirrored = Uint8Array.from(images, (_, i) => images[i - (i % 17) + 16 - (i % 17)]!);
  const to = new Uint8Array(imageSize);
  const all = repeated(images, many.length);
  const flip = augmenter({ mirror: true }, shape, 1);
  const sides = many.map((i) => {
    flip(all, i, 1, to, 0);
    expect([images, mirrored]).toContainEqual(to);
    return Buffer.compare(to, images) === 0 ? 0 : 1;
  });
  const share = sides.reduce<number>((sum, side) => sum + side, 0) / sides.length;
  expect(Math.abs(share - 0.5)).toBeLessThan(0.12);
});

test("elastic bending moves pixels smoothly, about half as far as the points", () => {
  let state = 1;
  const random = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0);
  const bend = bender({ height: 40, width: 30, channels: 1 }, 4, 6);
  let [sum, squares, count, steepest, largest] = [0, 0, 0, 0, 0];
  for (let round = 0; round < 50; round++) {
    const bends = bend(random);
    expect(bends).toHaveLength(2 * 40 * 30);
    for (let i = 0; i < bends.length; i++) {
      const move = bends[i]! / 65_536;
      sum += move;
      squares += move * move;
      count++;
      largest = Math.max(largest, Math.abs(move));
      if (i % 30 > 0) steepest = Math.max(steepest, Math.abs(bends[i - 1]! / 65_536 - move));
    }
  }
  expect(Math.abs(sum / count)).toBeLessThan(0.1);
  // of the points, uniform in ±4: 4 / √3; of a spline's mean over them, 0.48 of it (151/315)
  expect(Math.sqrt(squares / count)).toBeGreaterThan(0.44 * (4 / Math.sqrt(3)));
  expect(Math.sqrt(squares / count)).toBeLessThan(0.52 * (4 / Math.sqrt(3)));
  expect(largest).toBeLessThanOrEqual(4);
  expect(steepest).toBeLessThan((2 * 4) / 6);
});

test("elastic bending of an image is not a mere shift", () => {
  const bent = moments(apply({ elastic: { pixels: 4, spacing: 5 } }));
  const original = moments(bump());
  expect(bent.mass).not.toBe(original.mass);
  expect(apply({ elastic: { pixels: 4 } })).not.toEqual(bump());
});

test("what comes in from outside", () => {
  const white = new Uint8Array(imageSize).fill(200);
  const to = new Uint8Array(imageSize);
  augmenter({ shift: 8, outside: "nearest" }, shape, 1)(white, 0, 1, to, 0);
  expect(to).toEqual(white);
  augmenter({ shift: 8 }, shape, 1)(white, 0, 1, to, 0);
  expect(Math.min(...to)).toBe(0);
  expect(Math.max(...to)).toBe(200);
});

test("channels move together", () => {
  const settings = { rotate: 20, shift: 2, scale: 0.2, shear: 0.2, elastic: { pixels: 2 } };
  const three = apply(settings, 0, 1, 5, 3);
  const one = apply(settings);
  expect(three.filter((_, i) => i % 3 === 0)).toEqual(one);
});

test("another example, epoch or seed, another change; the same ones, the same, in any order", () => {
  const settings = { rotate: 20, shift: 2 };
  const first = apply(settings, 3, 2, 1);
  for (const other of [
    apply(settings, 4, 2, 1),
    apply(settings, 3, 3, 1),
    apply(settings, 3, 2, 2),
  ])
    expect(other).not.toEqual(first);
  expect(apply(settings, 3, 2, 1)).toEqual(first);
});

test("the same bytes on every machine", () => {
  const digest = createHash("sha256");
  const all: Augmentation = {
    rotate: 25,
    shift: 3,
    scale: 0.2,
    shear: 0.3,
    mirror: true,
    elastic: { pixels: 3 },
  };
  for (let i = 0; i < 50; i++) digest.update(apply(all, i));
  for (let i = 0; i < 50; i++) digest.update(apply({ ...all, outside: "nearest" }, i, 2, 9, 3));
  expect(digest.digest("hex")).toMatchInlineSnapshot(
    `"b86ee69a2f54097d768dd82859d3fde98905ee494ba652c4eb0f877609fa4231"`,
  );
});

describe("in training", () => {
  const data = { train: syntheticExamples(60) };

  test("makes other weights, the same ones for the same seed", async () => {
    const weights = async (augmentation?: Augmentation) => {
      const options = { architecture: "mlp", epochs: 2, ...(augmentation && { augmentation }) };
      const { model } = await train(data, options as Parameters<typeof train>[1]);
      return model.getWeights().map((weight) => weight.dataSync().slice());
    };
    const augmented = await weights({ shift: 1 });
    expect(await weights({ shift: 1 })).toEqual(augmented);
    expect(await weights()).not.toEqual(augmented);
    expect(await weights({})).toEqual(await weights());
  });

  test.each([
    [{ rotate: 200, scale: 1 }, /rotate is 200.*180 degrees; .*scale is 1/],
    [{ shift: -1 }, /shift is -1/],
    [{ elastic: { pixels: Number.NaN, spacing: 0 } }, /pixels is NaN.*spacing is 0/],
    [{ outside: "mirror" }, /outside is "mirror"/],
  ])("refuses %j", async (augmentation, message) => {
    await expect(train(data, { augmentation: augmentation as Augmentation })).rejects.toMatchObject(
      {
        code: "invalid-options",
        message: expect.stringMatching(message) as string,
      },
    );
  });
});
