/**
 * What TensorFlow Lite Micro takes for the golden models: its source of 2026, built at -O2 with gcc-arm-none-eabi 12.2
 * and counted in QEMU 7.2 as we count. `reference` and `cmsisNn` name the kernels. Code is text, rodata and data without
 * the model; arena and stack are bytes on the chip.
 */
export interface ReferenceFigures {
  readonly m4: { readonly reference: number; readonly cmsisNn: number };
  readonly m55: { readonly cmsisNn: number };
  readonly m0: { readonly reference: number; readonly cmsisNn: number };
  readonly arena: { readonly reference: number; readonly cmsisNn: number };
  readonly code: { readonly reference: number; readonly cmsisNn: number };
  readonly stack: { readonly reference: number; readonly cmsisNn: number };
  readonly modelBytes: number;
}

/** CMSIS-NN called by hand on the M4, without an interpreter, at -O2. */
export const byHand: Readonly<
  Record<string, { readonly instructions: number; readonly code: number }>
> = {
  hello_world_int8: { instructions: 2600, code: 4572 },
  s_mlp_784_28_10: { instructions: 49_113, code: 8224 },
  ad01_int8: { instructions: 580_000, code: 5536 },
};

export const referenceFigures: Readonly<Record<string, ReferenceFigures>> = {
  hello_world_int8: row(
    [5245, 3500],
    2138,
    [9983, 7141],
    [676, 772],
    [19632, 27408],
    [520, 684],
    2704,
  ),
  s_mlp_784_28_10: row(
    [163663, 50020],
    17936,
    [293738, 160055],
    [1460, 1508],
    [26288, 34096],
    [520, 684],
    23680,
  ),
  s_cnn_c8_p_16_10: row(
    [3156838, 803185],
    342391,
    [5869040, 1648986],
    [7828, 7908],
    [36464, 45652],
    [792, 972],
    24352,
  ),
  micro_speech_quantized: row(
    [9309381, 1495333],
    1008199,
    [15363024, 2597276],
    [6788, 6836],
    [32760, 43548],
    [732, 1012],
    18800,
  ),
  ad01_int8: row(
    [1952305, 582872],
    149995,
    [3409658, 1763176],
    [2260, 2580],
    [19632, 27408],
    [520, 684],
    276976,
  ),
  kws_ref_model: row(
    [43037896, 7696434],
    1812394,
    [72031749, 28992700],
    [22772, 22820],
    [40672, 52744],
    [792, 972],
    53936,
  ),
};

type Pair = readonly [reference: number, cmsisNn: number];

function row(
  m4: Pair,
  m55: number,
  m0: Pair,
  arena: Pair,
  code: Pair,
  stack: Pair,
  modelBytes: number,
): ReferenceFigures {
  const pair = ([reference, cmsisNn]: Pair) => ({ reference, cmsisNn });
  return {
    m4: pair(m4),
    m55: { cmsisNn: m55 },
    m0: pair(m0),
    arena: pair(arena),
    code: pair(code),
    stack: pair(stack),
    modelBytes,
  };
}
