/** What `loadDataset` tells while it works: for a progress display or a log. */
export type DatasetEvent =
  /** A place did not do; the next one is tried. */
  | { readonly kind: "skipped"; readonly place: string; readonly why: string }
  | {
      readonly kind: "progress";
      readonly file: string;
      readonly url: string;
      readonly receivedBytes: number;
      /** Undefined when the server does not say. */
      readonly totalBytes: number | undefined;
    }
  | {
      readonly kind: "retry";
      readonly url: string;
      readonly why: string;
      readonly waitMilliseconds: number;
    }
  /** A file is complete, its content verified, and in the cache. */
  | { readonly kind: "downloaded"; readonly url: string; readonly path: string }
  /** A mirror was given up. */
  | { readonly kind: "mirror-failed"; readonly url: string; readonly why: string }
  /** The embedded digits are being drawn; this blocks for some seconds. */
  | { readonly kind: "drawing"; readonly images: number; readonly seed: number };

export type DatasetObserver = (event: DatasetEvent) => void;
