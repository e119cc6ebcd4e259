export { type ConvertOptions, convertLayersModel } from "./convert-layers-model.ts";
