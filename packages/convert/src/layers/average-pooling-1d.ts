import { pooling1d } from "./pooling-1d.ts";

export const averagePooling1d = pooling1d("average-pool-2d");
