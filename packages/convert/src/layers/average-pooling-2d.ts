import { pooling } from "./pooling.ts";

export const averagePooling2d = pooling("average-pool-2d");
