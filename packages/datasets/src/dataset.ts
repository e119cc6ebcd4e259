/** Labelled images in two parts: one to learn from, one to be judged on. Plain, readonly data. */
export interface Dataset {
  readonly name: DatasetName;
  readonly source: DatasetSource;
  /** True when another dataset was asked for and could not be had: `name` says what this one is. */
  readonly isFallback: boolean;
  /** `classes[label]` is what a label means. */
  readonly classes: readonly string[];
  readonly train: Examples;
  readonly test: Examples;
}

export type DatasetName = (typeof datasetNames)[number];

export const datasetNames = ["mnist", "fashion-mnist", "digits"] as const;

/** Images and what they show. Both arrays are shared, not copied: treat them as readonly. */
export interface Examples {
  readonly count: number;
  readonly shape: ImageShape;
  /** [count, height, width, channels], 0 is background. */
  readonly images: Uint8Array;
  /** [count], each below `classes.length`. */
  readonly labels: Uint8Array;
}

export type ImageShape = readonly [height: number, width: number, channels: number];

/** Where the examples came from. The examples themselves do not depend on it. */
export interface DatasetSource {
  readonly kind: "directory" | "cache" | "download" | "embedded";
  /** The directory, the address, or the seed. */
  readonly detail: string;
  /** True when every file's content has the published SHA-256, or was generated. */
  readonly isPublished: boolean;
  /** The places that were tried before this one, and why each did not do. */
  readonly lookedAt: readonly LookedAt[];
}

export interface LookedAt {
  readonly place: string;
  readonly why: string;
}
