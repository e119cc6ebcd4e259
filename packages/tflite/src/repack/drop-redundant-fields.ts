import { fieldsOf, type NewRow } from "../schema/schema-types.ts";
import { mapOperators, mapSubgraphs, mapTensors, type Pass } from "./pass.ts";

/**
 * Fields that say what their absence says too.
 *
 * Sources: `InterpreterBuilder` in tflite/core/interpreter_builder.cc of LiteRT, `MicroInterpreter` and
 * `MicroAllocator` of tflite-micro, which take an empty list for an absent one in each of these places.
 */
export const dropRedundantFields: Pass = (model) => ({
  ...mapSubgraphs(mapTensors(model, tidyTensor), (subgraph) =>
    mapOperators(subgraph, tidyOperator),
  ),
  metadata: unlessEmpty(model.metadata),
  metadata_buffer: unlessEmpty(model.metadata_buffer),
  signature_defs: unlessEmpty(model.signature_defs),
  external_buffer_groups: unlessEmpty(model.external_buffer_groups),
  external_buffers: unlessEmpty(model.external_buffers),
});

function tidyTensor(tensor: NewRow<"Tensor">): NewRow<"Tensor"> {
  const shape = unlessEmpty(tensor.shape);
  const signature = unlessEmpty(tensor.shape_signature);
  return {
    ...tensor,
    shape,
    // Only a scalar needs it: any dimension says that the rank is known.
    has_rank: shape === undefined && tensor.has_rank === true,
    shape_signature: signature?.join() === shape?.join() ? undefined : signature,
    quantization: tensor.quantization && tidyQuantization(tensor.quantization),
    variant_tensors: unlessEmpty(tensor.variant_tensors),
  };
}

function tidyQuantization(
  quantization: NewRow<"QuantizationParameters">,
): NewRow<"QuantizationParameters"> | undefined {
  const { min, max, scale, zero_point, details, quantized_dimension: axis } = quantization;
  const tidy = {
    min: unlessEmpty(min),
    max: unlessEmpty(max),
    scale: unlessEmpty(scale),
    zero_point: unlessEmpty(zero_point),
    details,
  };
  if (Object.values(tidy).every((value) => value === undefined)) return undefined;
  // An axis means nothing for a single scale.
  return { ...tidy, quantized_dimension: scale?.length === 1 && details === undefined ? 0 : axis };
}

function tidyOperator(operator: NewRow<"Operator">): NewRow<"Operator"> {
  const { builtin_options: options, builtin_options_2: options2 } = operator;
  const { mutating_variable_inputs: mutating } = operator;
  return {
    ...operator,
    builtin_options: options && fieldsOf[options.table].length > 0 ? options : undefined,
    builtin_options_2: options2 && fieldsOf[options2.table].length > 0 ? options2 : undefined,
    mutating_variable_inputs: mutating?.includes(1) === true ? mutating : undefined,
    intermediates: unlessEmpty(operator.intermediates),
  };
}

function unlessEmpty<T extends { readonly length: number }>(list: T | undefined): T | undefined {
  return list === undefined || list.length === 0 ? undefined : list;
}
