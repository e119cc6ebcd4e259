import { builtinCode, operatorName } from "../operator-code.ts";
import { enums } from "../schema/enums.ts";
import { operatorsOf, type Rule } from "./lint-model.ts";
import {
  knownCustomOperators,
  newestVersions,
  runtimeBuilds,
  tflmOperators,
} from "./operator-support.ts";

const { names } = enums.BuiltinOperator;
const custom = names.indexOf("CUSTOM");
const placeholder = names.indexOf("PLACEHOLDER_FOR_GREATER_OP_CODES");
const controlFlow: readonly string[] = ["IF", "WHILE", "CALL_ONCE"];

/** Which operators a file calls for. */
export const operatorCodeRules: readonly Rule[] = [
  function* position(model) {
    const count = model.model.operator_codes?.length ?? 0;
    for (const { operator } of operatorsOf(model)) {
      if (operator.code !== undefined) continue;
      const message = `names operator code ${operator.row.opcode_index}; there are ${count}`;
      yield { code: "operator-code-position", place: operator.place, message };
    }
  },

  function* support({ model }, runtime) {
    const used = new Set(
      (model.subgraphs ?? []).flatMap(({ operators }) =>
        (operators ?? []).map(({ opcode_index: index }) => index),
      ),
    );
    for (const [index, code] of (model.operator_codes ?? []).entries()) {
      // The others look up every code when they load a model.
      if (runtime === "tflm" && !used.has(index)) continue;
      const builtin = builtinCode(code);
      const name = operatorName(code);
      const place = `operator code ${index}`;
      const build = runtimeBuilds[runtime];
      if (builtin === custom) {
        const { custom_code: customCode = "" } = code;
        if (customCode === "") {
          yield { code: "custom-operator-name", place, message: "is CUSTOM and has no name" };
        } else if (!knownCustomOperators[runtime].includes(customCode)) {
          yield {
            code: "custom-operator",
            place,
            message: `${build} does not bring along ${name}`,
          };
        }
        continue;
      }
      const known: string = names[builtin] ?? "";
      const isKnown =
        runtime === "tflm" ? tflmOperators.has(known) : known in newestVersions[runtime];
      if (!isKnown) {
        yield { code: "unsupported-operator", place, message: `${build} does not have ${name}` };
      }
    }
  },

  function* version({ model }, runtime) {
    const versions = newestVersions[runtime === "tflite" ? "tflite" : "litert"];
    for (const [index, code] of (model.operator_codes ?? []).entries()) {
      const name = operatorName(code);
      const newest = versions[name as keyof typeof versions];
      if (newest === undefined || (code.version >= 1 && code.version <= newest)) continue;
      const build = runtimeBuilds[runtime === "tflite" ? "tflite" : "litert"];
      const message = `${name} has version ${code.version}; ${build} runs 1 to ${newest}`;
      yield { code: "operator-version", place: `operator code ${index}`, message };
    }
  },

  function* fields({ model }) {
    for (const [index, code] of (model.operator_codes ?? []).entries()) {
      const { deprecated_builtin_code: old, builtin_code: current } = code;
      const place = `operator code ${index}`;
      const oldName = names[old] ?? String(old);
      const currentName = names[current] ?? String(current);
      const isSplit = current !== 0 && old !== Math.min(current, placeholder);
      if (isSplit) {
        const message = `builtin_code is ${currentName}, deprecated_builtin_code is ${oldName}, which older readers take`;
        yield { code: "operator-code-fields", place, message };
      }
      if (current === 0 && controlFlow.includes(oldName)) {
        const message = `${oldName} is in deprecated_builtin_code alone`;
        yield { code: "control-flow-code", place, message };
      }
    }
  },

  function* customOptions(model) {
    for (const { operator } of operatorsOf(model)) {
      const { custom_options: options } = operator.row;
      if (options === undefined) continue;
      const isEmpty = options.length === 0;
      if (operator.builtin === custom && !isEmpty) continue;
      const message = isEmpty
        ? "has custom_options of 0 bytes, which is not the same as none"
        : `is a builtin operator and has ${options.length} bytes of custom_options`;
      yield { code: "custom-options", place: operator.place, message };
    }
  },
];
