import { highMultiply } from "./fixed-point.ts";
import { functionsOfWord, type Word } from "./functions-of-word.ts";

const int32: Word = { bits: 31, multiply: highMultiply, wrap: (a) => a | 0 };

const int16: Word = {
  bits: 15,
  multiply: (a, b) => (a * b + (1 << 14)) >> 15,
  wrap: (a) => (a << 16) >> 16,
};

/** In int32. */
export const { expOfNegative, oneOverOnePlus, logisticOf, tanhOf, saturatingShiftLeft } =
  functionsOfWord(int32);

/** `logisticOf` and `tanhOf` in int16. */
export const { logisticOf: logisticOfInt16, tanhOf: tanhOfInt16 } = functionsOfWord(int16);
