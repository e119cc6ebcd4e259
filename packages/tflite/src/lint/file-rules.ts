import { measureByteUse } from "../byte-use.ts";
import { figure } from "../figure.ts";
import { operatorsOf, type Rule } from "./lint-model.ts";

/** Header, schema, the parts that every model has, and where they lie. */
export const fileRules: readonly Rule[] = [
  function* schemaVersion({ model }) {
    if (model.version !== 3) {
      yield {
        code: "schema-version",
        place: "file",
        message: `schema version is ${model.version}, not 3`,
      };
    }
  },

  function* newerSchema({ unknownFields }) {
    const names = unknownFields.map(({ table, id }) => `field ${id} of ${table}`);
    for (const name of new Set(names)) {
      yield { code: "newer-schema", place: "file", message: `has ${name}, newer than revision 3d` };
    }
  },

  function* missingPart(linted) {
    const { model, subgraphs } = linted;
    const missing = (place: string, part: string) =>
      ({ code: "missing-part", place, message: `has no ${part}` }) as const;
    if (subgraphs.length === 0) yield missing("file", "subgraph");
    if (model.buffers === undefined) yield missing("file", "list of buffers");
    if (model.operator_codes === undefined) yield missing("file", "list of operator codes");
    for (const { place, row } of subgraphs) {
      for (const part of ["tensors", "inputs", "outputs", "operators"] as const) {
        if (row[part] === undefined) yield missing(place, `list of ${part}`);
      }
    }
    for (const { operator } of operatorsOf(linted)) {
      for (const part of ["inputs", "outputs"] as const) {
        if (operator.row[part] === undefined) yield missing(operator.place, `list of ${part}`);
      }
    }
  },

  function* misalignedPart({ extents }) {
    for (const { kind, table, field, start, aligned } of extents) {
      if (aligned.at % aligned.to === 0 || (table === "Buffer" && kind === "vector")) continue;
      const what = field === undefined ? `${kind} of ${table}` : `${table}.${field}`;
      yield {
        code: "misaligned-part",
        place: "file",
        message: `${what} at byte ${figure(start)} lies at no multiple of ${aligned.to}`,
      };
    }
  },

  function* unreachedBytes({ file, model, extents }) {
    const { unreached } = measureByteUse(file, model, extents);
    if (unreached > 0) {
      const message = `no offset leads to ${figure(unreached)} of its ${figure(file.length)} bytes`;
      yield { code: "unreached-bytes", place: "file", message };
    }
  },
];
