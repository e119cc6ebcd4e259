import type { Problem, Rule } from "./lint-model.ts";

/** Names for inputs and outputs, and entries that runtimes look up by name. */
export const signatureRules: readonly Rule[] = [
  function* signatures({ model, subgraphs }) {
    for (const [index, signature] of (model.signature_defs ?? []).entries()) {
      const place = `signature ${index} "${signature.signature_key ?? ""}"`;
      if (signature.signature_key === undefined) {
        yield { code: "signature-key", place, message: "has no signature_key" };
      }
      const subgraph = subgraphs[signature.subgraph_index];
      if (subgraph === undefined) {
        const message = `names subgraph ${signature.subgraph_index}; there are ${subgraphs.length}`;
        yield { code: "signature-position", place, message } satisfies Problem;
        continue;
      }
      for (const entry of [...(signature.inputs ?? []), ...(signature.outputs ?? [])]) {
        if (subgraph.tensors[entry.tensor_index] !== undefined) continue;
        const message = `"${entry.name ?? ""}" names tensor ${entry.tensor_index}; there are ${subgraph.tensors.length}`;
        yield { code: "signature-position", place, message } satisfies Problem;
      }
    }
  },

  function* metadata({ model }) {
    const count = model.buffers?.length ?? 0;
    for (const [index, { name = "", buffer }] of (model.metadata ?? []).entries()) {
      if (buffer < count) continue;
      const message = `names buffer ${buffer}; there are ${count}`;
      yield { code: "metadata-position", place: `metadata ${index} "${name}"`, message };
    }
  },
];
