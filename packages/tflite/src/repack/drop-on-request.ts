import { mapSubgraphs, mapTensors, type Pass } from "./pass.ts";

export const dropMinMax: Pass = (model) =>
  mapTensors(model, (tensor) =>
    tensor.quantization === undefined
      ? tensor
      : { ...tensor, quantization: { ...tensor.quantization, min: undefined, max: undefined } },
  );

/**
 * Names of tensors and subgraphs. A runtime that has no signature to go by names inputs and outputs after their
 * tensors: where there are several, they keep theirs. Names that begin with "VALIDATION:" tell runtimes what a
 * subgraph is for.
 */
export const dropNames: Pass = (model) =>
  mapSubgraphs(model, (subgraph) => {
    const several = [subgraph.inputs, subgraph.outputs].filter((ids) => (ids?.length ?? 0) > 1);
    const kept = new Set(several.flatMap((ids) => [...(ids ?? [])]));
    return {
      ...subgraph,
      name: subgraph.name?.startsWith("VALIDATION:") === true ? subgraph.name : undefined,
      tensors: subgraph.tensors?.map((tensor, id) =>
        kept.has(id) ? tensor : { ...tensor, name: undefined },
      ),
    };
  });

/** The description, and metadata that tells how a model was made. */
export const dropDescriptions: Pass = (model) => ({
  ...model,
  description: undefined,
  metadata: model.metadata?.filter(({ name }) => !informational.includes(name ?? "")),
});

const informational: readonly string[] = ["min_runtime_version", "CONVERSION_METADATA"];
