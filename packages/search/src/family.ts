import { createHash } from "node:crypto";
import type { ConvNetwork } from "@smidgen/training";

/** The networks of a search: every combination of these. Plain JSON. */
export interface Family {
  readonly widths: readonly (readonly number[])[];
  readonly firstKernels: readonly ConvNetwork["firstKernel"][];
  readonly firstStrides: readonly ConvNetwork["firstStride"][];
  readonly convolutions: readonly ConvNetwork["convolution"][];
  readonly heads: readonly ConvNetwork["head"][];
}

/** From a few hundred bytes of weights to twenty thousand. */
export const defaultFamily: Family = {
  widths: [[4], [8], [4, 8], [8, 16], [4, 8, 16], [8, 16, 32], [12, 24, 48], [16, 32, 52]],
  firstKernels: [3, 5],
  firstStrides: [1, 2],
  convolutions: ["plain", "separable"],
  heads: ["mean", "flatten"],
};

/** Each network once: with one block, no convolution comes after the first. */
export function networksOf(family: Family): readonly ConvNetwork[] {
  const all = family.widths.flatMap((widths) =>
    family.firstKernels.flatMap((firstKernel) =>
      family.firstStrides.flatMap((firstStride) =>
        family.convolutions.flatMap((given) =>
          family.heads.map((head): ConvNetwork => {
            const convolution = widths.length === 1 ? "plain" : given;
            return { widths, firstKernel, firstStride, convolution, head };
          }),
        ),
      ),
    ),
  );
  return [...new Map(all.map((network) => [networkName(network), network])).values()];
}

/** `8-16-32-k5-s2-separable-mean`: tells all there is, and can be a file's name. */
export function networkName(network: ConvNetwork): string {
  const { widths, firstKernel, firstStride, convolution, head } = network;
  return [...widths, `k${firstKernel}`, `s${firstStride}`, convolution, head].join("-");
}

/**
 * In an order drawn by the seed. Where a network stands among others does not depend on which further ones there are: a family
 * that grows keeps most of what was drawn from it.
 */
export function inDrawnOrder(
  networks: readonly ConvNetwork[],
  seed: number,
): readonly ConvNetwork[] {
  const place = (network: ConvNetwork) =>
    createHash("sha256")
      .update(`${seed} ${networkName(network)}`)
      .digest("hex");
  return networks
    .map((network) => ({ network, place: place(network) }))
    .toSorted((a, b) => (a.place < b.place ? -1 : 1))
    .map(({ network }) => network);
}
