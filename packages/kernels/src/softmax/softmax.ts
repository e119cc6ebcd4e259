export {
  type RowGeometry as SoftmaxGeometry,
  rowGeometry as softmaxGeometry,
} from "../row-geometry.ts";
