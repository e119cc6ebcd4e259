import {
  elementCount,
  type Graph,
  isConstant,
  type Quantization,
  type Tensor,
  type TensorId,
  tensorOf,
} from "@smidgen/graph";
import { type CNames, inputFunction } from "./c-names.ts";
import type { CCall, CProgram } from "./c-program.ts";
import { commentText } from "./comment-text.ts";
import {
  arrayPool,
  cTypes,
  printArray,
  printNumber,
  printRecord,
  printString,
} from "./print-record.ts";

export interface ModelTextOptions {
  readonly names: CNames;
  readonly about: string;
  readonly labels: readonly string[];
  readonly arena: "static" | "caller";
  readonly inputs: "caller" | "arena";
  readonly stepMarks: boolean;
}

/** `model.h`: the functions, and what the numbers that go in and out stand for. */
export function printModelHeader(program: CProgram, options: ModelTextOptions): string {
  const { graph } = program;
  const { names, about, labels, arena } = options;
  const { macro, model } = names;
  const guard = `${macro}_MODEL_H`;
  const facts = [
    ...graph.inputs.flatMap((id, i) =>
      operandFacts(tensorOf(graph, id), macroOf(names, "inputs", i)),
    ),
    ...graph.outputs.flatMap((id, i) =>
      operandFacts(tensorOf(graph, id), macroOf(names, "outputs", i)),
    ),
  ];
  const arenaFact =
    arena === "caller"
      ? `/* Memory that the functions take, aligned to 16 bytes. */\n#define ${macro}_ARENA_BYTES ${Math.max(1, program.arenaBytes)}\n\n`
      : "";
  const labelFact =
    labels.length === 0
      ? ""
      : `/* What each element of the output stands for. */\n#define ${macro}_LABELS ${labels.length}\nextern const char *const smg_${model}_labels[${macro}_LABELS];\n\n`;
  const reset = hasState(program)
    ? `/* Forgets all inputs so far.${arena === "caller" ? " To be called before the first inference." : ""} */\n${resetSignature(options)};\n\n`
    : "";
  const inputs =
    options.inputs === "arena"
      ? `/* Where to write an input, before each inference: it is overwritten. */\n${graph.inputs.map((_, i) => `${inputSignature(graph, i, options)};\n`).join("")}\n`
      : "";
  return `/* ${commentText(about)} */
#ifndef ${guard}
#define ${guard}

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

${facts.join("\n")}

${arenaFact}${labelFact}${reset}${inputs}/* One inference. */
${runSignature(graph, options)};

#ifdef __cplusplus
}
#endif

#endif
`;
}

/** `model.c`: constants, and the calls in order. */
export function printModelSource(program: CProgram, options: ModelTextOptions): string {
  const { graph, calls, arenaBytes } = program;
  const { names, about, labels, arena } = options;
  const constants = [...constantsRead(program)].map((id) =>
    printArray(constantName(id), tensorOf(graph, id).data as Int8Array),
  );
  const pool = arrayPool();
  const records = calls.map(({ twin }, i) =>
    printRecord(`struct smg_${twin.name}`, recordName(i), twin.params, pool),
  );
  const memory =
    arena === "static" && arenaBytes > 0
      ? [`SMG_ALIGNED static uint8_t arena[${arenaBytes}];\n`]
      : [];
  const labelTexts = labels.map((label) => `  ${printString(label)},\n`).join("");
  const labelArray =
    labels.length === 0
      ? []
      : [
          `const char *const smg_${names.model}_labels[${names.macro}_LABELS] = {\n${labelTexts}};\n`,
        ];
  const reset = hasState(program) ? [printReset(program, options)] : [];
  return [
    `/* ${commentText(about)} */
#include "model.h"

${copiedOutputs(program).length > 0 ? "#include <string.h>\n\n" : ""}${printIncludes(calls)}

/* Arrays that kernels may read in words. */
#if defined(__GNUC__)
#define SMG_ALIGNED __attribute__((aligned(16)))
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define SMG_ALIGNED _Alignas(16)
#else
#error "This compiler needs its own way to align an array to 16 bytes"
#endif
${needsFences(program) ? fenceDefinition : ""}${options.stepMarks ? stepMarkDefault : ""}`,
    ...labelArray,
    ...constants,
    ...records,
    ...memory,
    ...reset,
    ...(options.inputs === "arena" ? printInputs(program, options) : []),
    printRun(program, options),
  ].join("\n");
}

/** Each kernel once; what is made for several types is told for which. */
function printIncludes(calls: readonly CCall[]): string {
  const twins = new Map(calls.map(({ twin }) => [twin.name, twin]));
  const includes = Array.from(twins.values(), ({ name, header, defines }) => {
    const macros: Readonly<Record<string, string>> =
      defines === undefined ? {} : { SMG_KERNEL: name, ...defines };
    const lines = Object.entries(macros).map(([macro, text]) => `#define ${macro} ${text}\n`);
    return `${lines.join("")}#include "smidgen/${header.replace(/^.*\//, "")}"\n`;
  });
  return includes.join("");
}

/** Whether bytes of the arena are read and written as several types other than char, which C lets compilers reorder. */
function needsFences({ graph, places }: CProgram): boolean {
  const types = Array.from(places, ([id, { kind }]) =>
    kind === "arena" ? cTypes[tensorOf(graph, id).type] : "int8_t",
  );
  return new Set(types.filter((type) => !/^u?int8_t$/.test(type))).size > 1;
}

const fenceDefinition = `
/* Memory is read and written as several types: no access may move from one kernel to another. */
#if defined(__GNUC__)
#define SMG_FENCE() __asm__ volatile("" ::: "memory")
#else
#define SMG_FENCE() ((void)0)
#endif
`;

const stepMarkDefault = `
#ifndef SMG_STEP_DONE
#define SMG_STEP_DONE(op) ((void)0)
#endif
`;

function printRun(program: CProgram, options: ModelTextOptions): string {
  const { graph, calls } = program;
  const { names } = options;
  const fence = needsFences(program) ? " SMG_FENCE();" : "";
  const lines = calls.map((call, i) => {
    const outputs = call.writes.map((id) => describe(tensorOf(graph, id))).join(", ");
    const mark = options.stepMarks ? `\n  SMG_STEP_DONE(${graph.ops.indexOf(call.op)});` : "";
    return `  /* ${call.op.kind} -> ${commentText(outputs)} */\n  ${printCall(program, call, i, options)}${fence}${mark}\n`;
  });
  const copies = copiedOutputs(program).map((position) => {
    const id = graph.outputs[position] as TensorId;
    const tensor = tensorOf(graph, id);
    const to = names.outputs[position] as string;
    const bytes = `${elementCount(tensor.shape)}u * sizeof *${to}`;
    return `  memcpy(${to}, ${argument(program, id, options, "const ")}, ${bytes});\n`;
  });
  const begin = beginsByItself(program, options)
    ? [`  if (!is_begun) { smg_${names.model}_reset(); }\n`]
    : [];
  const unused = options.arena === "caller" && program.arenaBytes === 0 ? ["  (void)arena;\n"] : [];
  return `${runSignature(graph, options)} {\n${[...begin, ...unused, ...lines, ...copies].join("")}}\n`;
}

/** Positions of outputs that are not computed where they belong, since they are inputs too, or twice there. */
function copiedOutputs({ graph, places }: CProgram): readonly number[] {
  return [...graph.outputs.keys()].filter((position) => {
    const place = places.get(graph.outputs[position] as TensorId);
    return !(place?.kind === "output" && place.position === position);
  });
}

function printCall(
  program: CProgram,
  { twin, reads, writes, scratchOffsetBytes }: CCall,
  position: number,
  options: ModelTextOptions,
): string {
  const inputs = reads.map((id) => argument(program, id, options, "const "));
  const outputs = writes.map((id) => argument(program, id, options, ""));
  const scratchMemory =
    scratchOffsetBytes === undefined ? "(void *)0" : `(void *)(arena + ${scratchOffsetBytes})`;
  const scratch = twin.scratchBytes === undefined ? [] : [scratchMemory];
  const list = (type: string, values: readonly string[]) => `(${type}[]){ ${values.join(", ")} }`;
  const tensors = twin.takesLists
    ? [list("const void *const ", inputs), list("void *const ", outputs)]
    : [...inputs, ...outputs];
  const all = [`&${recordName(position)}`, ...tensors, ...scratch];
  return `smg_${twin.name}(${all.join(", ")});`;
}

function argument(
  { graph, places }: CProgram,
  id: TensorId,
  { names }: ModelTextOptions,
  qualifier: "const " | "",
): string {
  const place = places.get(id);
  if (place === undefined) throw new Error(`tensor %${id} has no place`);
  switch (place.kind) {
    case "input":
      return names.inputs[place.position] as string;
    case "output":
      return names.outputs[place.position] as string;
    case "constant":
      return constantName(id);
    case "arena": {
      const type = `${qualifier}${cTypes[tensorOf(graph, id).type]} *`;
      return `(${type})(${qualifier}void *)(arena + ${place.offsetBytes})`;
    }
    default:
      throw new Error(`unknown place ${JSON.stringify(place satisfies never)}`);
  }
}

function printReset(program: CProgram, options: ModelTextOptions): string {
  const lines = variablesOf(program).map((id) => {
    const { type, shape, quantization } = tensorOf(program.graph, id);
    const zero = quantization?.kind === "per-tensor" ? quantization.zeroPoint : 0;
    const pointer = argument(program, id, options, "");
    return `  for (int32_t i = 0; i < ${elementCount(shape)}; i++) { (${pointer})[i] = (${cTypes[type]})${printNumber(zero)}; }\n`;
  });
  if (!beginsByItself(program, options))
    return `${resetSignature(options)} {\n${lines.join("")}}\n`;
  return `static uint8_t is_begun;\n\n${resetSignature(options)} {\n${lines.join("")}  is_begun = 1;\n}\n`;
}

function runSignature(graph: Graph, { names, arena, inputs }: ModelTextOptions): string {
  const parameter = (id: TensorId, name: string, qualifier: string) => {
    const { type, shape } = tensorOf(graph, id);
    return `${qualifier}${cTypes[type]} ${name}[${elementCount(shape)}]`;
  };
  const parameters = [
    ...(inputs === "caller"
      ? graph.inputs.map((id, i) => parameter(id, names.inputs[i] as string, "const "))
      : []),
    ...graph.outputs.map((id, i) => parameter(id, names.outputs[i] as string, "")),
    ...(arena === "caller" ? [`uint8_t arena[${names.macro}_ARENA_BYTES]`] : []),
  ];
  return `void smg_${names.model}_run(${parameters.join(", ")})`;
}

function printInputs(program: CProgram, options: ModelTextOptions): readonly string[] {
  return program.graph.inputs.map(
    (id, i) =>
      `${inputSignature(program.graph, i, options)} {\n  return ${argument(program, id, options, "")};\n}\n`,
  );
}

function inputSignature(
  graph: Graph,
  position: number,
  { names, arena }: ModelTextOptions,
): string {
  const { type } = tensorOf(graph, graph.inputs[position] as TensorId);
  const parameters = arena === "caller" ? `uint8_t arena[${names.macro}_ARENA_BYTES]` : "void";
  return `${cTypes[type]} *${inputFunction(names, position)}(${parameters})`;
}

function resetSignature({ names, arena }: ModelTextOptions): string {
  const parameters = arena === "caller" ? `uint8_t arena[${names.macro}_ARENA_BYTES]` : "void";
  return `void smg_${names.model}_reset(${parameters})`;
}

function operandFacts(tensor: Tensor, prefix: string): readonly string[] {
  const { shape, quantization } = tensor;
  return [
    `/* ${commentText(describe(tensor))} */`,
    `#define ${prefix}_SIZE ${elementCount(shape)}`,
    ...(quantization?.kind === "per-tensor" ? quantizationFacts(quantization, prefix) : []),
  ];
}

/** real = scale * (stored - zero point) */
function quantizationFacts(
  { scale, zeroPoint }: Extract<Quantization, { readonly kind: "per-tensor" }>,
  prefix: string,
): readonly string[] {
  const real = printNumber(scale);
  return [
    `#define ${prefix}_SCALE ${Number.isInteger(scale) ? `${real}.0f` : real}`,
    `#define ${prefix}_ZERO_POINT (${printNumber(zeroPoint)})`,
  ];
}

/** `"dense" int8 [1, 28]` */
function describe({ name, type, shape }: Tensor): string {
  return `"${name}" ${type} [${shape.join(", ")}]`;
}

function macroOf(names: CNames, side: "inputs" | "outputs", position: number): string {
  const only = side === "inputs" ? "INPUT" : "OUTPUT";
  return names[side].length === 1
    ? `${names.macro}_${only}`
    : `${names.macro}_${(names[side][position] as string).toUpperCase()}`;
}

function recordName(position: number): string {
  return `step_${position}`;
}

function constantName(id: TensorId): string {
  return `tensor_${id}`;
}

function constantsRead({ graph, calls }: CProgram): ReadonlySet<TensorId> {
  const outputs = graph.outputs.filter((id) => isConstant(tensorOf(graph, id)));
  const read = calls.flatMap(({ reads }) => reads.filter((id) => isConstant(tensorOf(graph, id))));
  return new Set([...read, ...outputs]);
}

function variablesOf({ graph, places }: CProgram): readonly TensorId[] {
  return graph.tensors.flatMap((tensor, id) =>
    tensor.isVariable && places.get(id as TensorId)?.kind === "arena" ? [id as TensorId] : [],
  );
}

/** Whether the first inference must set the state: what C starts with is 0. The caller's arena is the caller's to reset. */
function beginsByItself(program: CProgram, { arena }: ModelTextOptions): boolean {
  const hasZeroPoint = (id: TensorId) => {
    const { quantization } = tensorOf(program.graph, id);
    return quantization?.kind === "per-tensor" && quantization.zeroPoint !== 0;
  };
  return arena === "static" && variablesOf(program).some(hasZeroPoint);
}

function hasState(program: CProgram): boolean {
  return variablesOf(program).length > 0;
}
