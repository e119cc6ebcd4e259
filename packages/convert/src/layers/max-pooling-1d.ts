import { pooling1d } from "./pooling-1d.ts";

export const maxPooling1d = pooling1d("max-pool-2d");
