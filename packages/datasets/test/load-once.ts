/* A program for `processes.test.ts`: loads the tiny dataset through a cache and prints its source. */
import { loadDataset } from "@smidgen/datasets";
import { tinyCatalog } from "./tiny-catalog.ts";

const [mirror = "", cacheDirectory = ""] = process.argv.slice(2);
const { source } = await loadDataset(
  {
    name: "mnist",
    catalog: tinyCatalog(mirror),
    cacheDirectory,
    backoffMilliseconds: 0,
    fallback: false,
  },
  (event) => {
    if (event.kind === "progress") console.log(`progress ${event.receivedBytes}`);
  },
);
console.log(source.kind);
