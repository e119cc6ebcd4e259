import { figure } from "../figure.ts";
import { tensorTypeBits } from "../schema/tensor-types.ts";
import { type LintTensor, type Rule, tensorsOf } from "./lint-model.ts";
import { writtenTensors } from "./order-rules.ts";

/** What constants are stored in. */
export const bufferRules: readonly Rule[] = [
  function* buffer0({ model }) {
    const { data, offset = 0n } = model.buffers?.[0] ?? {};
    if ((data !== undefined && data.length > 0) || offset > 1n) {
      const bytes = figure(data?.length ?? 0);
      const message = `has ${bytes} bytes of data; tensors without data refer to it`;
      yield { code: "buffer-0-not-empty", place: "buffer 0", message };
    }
  },

  function* emptyData({ model }) {
    for (const [index, { data }] of (model.buffers ?? []).entries()) {
      if (data?.length !== 0) continue;
      const message = "has a data vector of 0 bytes, which is not the same as none";
      yield { code: "empty-buffer-data", place: `buffer ${index}`, message };
    }
  },

  function* alignment({ extents, model, file }) {
    const starts = new Set(
      extents
        .filter(({ table, kind, start, end, aligned }) => {
          const hasData = table === "Buffer" && kind === "vector" && end > start + 4;
          return hasData && aligned.at % 16 !== 0;
        })
        .map(({ start }) => start + 4),
    );
    const misaligned = [...(model.buffers ?? []).entries()].flatMap(([index, { data }]) => {
      const start = data === undefined ? -1 : data.byteOffset - file.byteOffset;
      return starts.has(start) ? [`${index} (byte ${figure(start)})`] : [];
    });
    if (misaligned.length === 0) return;
    const list = misaligned.slice(0, 5).join(", ");
    const more = misaligned.length > 5 ? `, and ${figure(misaligned.length - 5)} more` : "";
    const message = `data at no multiple of 16: buffers ${list}${more}`;
    yield { code: "misaligned-data", place: "file", message };
  },

  function* elementAlignment(model) {
    for (const { row, data, place, type } of tensorsOf(model)) {
      const bytes = (tensorTypeBits(row.type) ?? 8) / 8;
      const start = data === undefined ? 0 : data.byteOffset - model.file.byteOffset;
      if (bytes <= 1 || start % bytes === 0) continue;
      const message = `${type} elements begin at byte ${figure(start)}, at no multiple of ${bytes}`;
      yield { code: "misaligned-elements", place, message };
    }
  },

  function* position(model) {
    const count = model.model.buffers?.length ?? 0;
    for (const { row, place } of tensorsOf(model)) {
      // Buffer 0 stands for none even where the list is empty.
      if (row.buffer < count || row.buffer === 0) continue;
      const message = `names buffer ${figure(row.buffer)}; there are ${figure(count)}`;
      yield { code: "buffer-position", place, message };
    }
  },

  function* size(model) {
    for (const tensor of tensorsOf(model)) {
      const { row, data, bytes, shape, type, place } = tensor;
      if (data === undefined || bytes === undefined || row.sparsity !== undefined) continue;
      if (data.length === bytes) continue;
      const message = `buffer ${row.buffer} has ${figure(data.length)} bytes; ${type} [${shape.join(", ")}] takes ${figure(bytes)}`;
      yield { code: "buffer-size", place, message };
    }
  },

  function* outside(model) {
    for (const [index, { offset, size }] of (model.model.buffers ?? []).entries()) {
      if (offset <= 1n) continue;
      const end = offset + size;
      const isInside = end <= BigInt(model.file.length);
      const message = `lies behind the tables, in bytes ${offset} to ${end}${isInside ? "" : ` of ${figure(model.file.length)}`}`;
      yield {
        code: "outside-data",
        place: `buffer ${index}`,
        message,
        ...(isInside ? {} : { severity: "error" }),
      };
    }
    for (const { row, place } of tensorsOf(model)) {
      if (row.external_buffer !== 0) {
        const message = `is stored in another file (external buffer ${row.external_buffer})`;
        yield { code: "external-data", place, message };
      }
    }
  },

  function* writtenData(model) {
    const users = new Map<number, LintTensor[]>();
    for (const tensor of tensorsOf(model)) {
      const known = users.get(tensor.row.buffer);
      if (known === undefined) users.set(tensor.row.buffer, [tensor]);
      else known.push(tensor);
    }
    for (const subgraph of model.subgraphs) {
      const written = writtenTensors(subgraph);
      for (const tensor of subgraph.tensors) {
        const { data, row, place } = tensor;
        const change = row.is_variable ? "a variable" : written.get(tensor.id);
        if (data === undefined || change === undefined) continue;
        const [other = tensor, next = tensor] = users.get(row.buffer) ?? [];
        if (other !== next) {
          const name = other === tensor ? next.place : other.place;
          const message = `is ${change}, and its buffer ${row.buffer} is also that of ${name}`;
          yield { code: "shared-buffer-written", place, message };
        } else if (row.is_variable) {
          const message = `is variable and has ${figure(data.length)} bytes of data`;
          yield { code: "variable-with-data", place, message };
        }
      }
    }
  },
];
