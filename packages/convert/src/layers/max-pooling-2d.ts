import { pooling } from "./pooling.ts";

export const maxPooling2d = pooling("max-pool-2d");
