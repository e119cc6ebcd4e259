import { merge } from "./merge.ts";

export const minimum = merge("minimum");
