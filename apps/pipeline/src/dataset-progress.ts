import type { DatasetObserver } from "@smidgen/datasets";

/** Lines for people about where the data is looked for: a tenth of a download at a time. */
export function datasetProgress(log: (line: string) => void): DatasetObserver {
  const tenths = new Map<string, number>();
  return (event) => {
    switch (event.kind) {
      case "skipped":
        log(`  not in ${event.place}: ${event.why}`);
        break;
      case "progress": {
        if (event.totalBytes === undefined) break;
        const tenth = Math.floor((10 * event.receivedBytes) / event.totalBytes);
        if (tenths.get(event.url) === tenth) break;
        tenths.set(event.url, tenth);
        log(`  ${event.file} ${tenth * 10}% of ${Math.round(event.totalBytes / 1000)} KB`);
        break;
      }
      case "retry":
        log(`  ${event.url}: ${event.why}; again in ${event.waitMilliseconds} ms`);
        break;
      case "mirror-failed":
        log(`  ${event.url}: ${event.why}`);
        break;
      case "downloaded":
        log(`  ${event.url} → ${event.path}`);
        break;
      case "drawing":
        log(`  drawing ${event.images} digits from seed ${event.seed}`);
        break;
      default:
        event satisfies never;
    }
  };
}
