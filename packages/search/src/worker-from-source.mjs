// The worker as source, in this repository: a new thread does not have what translates it.
import { register } from "tsx/esm/api";

register();
await import("./worker.ts");
