import { UserError } from "@smidgen/errors";
import { figure } from "./figure.ts";
import { bufferRules } from "./lint/buffer-rules.ts";
import { catalogue, type FindingCode, type Severity, severityOf } from "./lint/catalogue.ts";
import { fileRules } from "./lint/file-rules.ts";
import { lintModel, type Problem, type Rule } from "./lint/lint-model.ts";
import { operatorCodeRules } from "./lint/operator-code-rules.ts";
import type { Runtime } from "./lint/operator-support.ts";
import { orderRules } from "./lint/order-rules.ts";
import { quantizationRules } from "./lint/quantization-rules.ts";
import { shapeRules } from "./lint/shape-rules.ts";
import { signatureRules } from "./lint/signature-rules.ts";
import { tflmRules } from "./lint/tflm-rules.ts";
import { openModel } from "./open-model.ts";

export interface LintOptions {
  /** The runtime that is to run the file: TensorFlow Lite, LiteRT, or TensorFlow Lite Micro. */
  readonly for: Runtime;
  /** The file's name, for messages. */
  readonly name?: string;
}

export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** `subgraph 0, operator 3 (CONV_2D)`, `subgraph 0, tensor 5 "conv/filter"`, `buffer 2`, `file` */
  readonly place: string;
  /** What is wrong, with figures from the file. */
  readonly message: string;
  readonly remedy: string;
}

/** In this order are findings of the same severity reported. */
const rules: readonly Rule[] = [
  ...fileRules,
  ...bufferRules,
  ...operatorCodeRules,
  ...orderRules,
  ...shapeRules,
  ...quantizationRules,
  ...tflmRules,
  ...signatureRules,
];

/**
 * What a runtime will not take, or will compute wrong without saying so; errors first. A file that cannot be read has
 * one finding, which says why. Of more than a hundred findings of a kind, the last says how many were left out.
 *
 * Runtimes notice surprisingly little: none of the three looks at misaligned data, a wrong bias scale or a wrong output
 * shape. Which builds of them the answers are about is in `runtimeBuilds`; remedies and severities are in the catalogue
 * of `lint/catalogue.ts`.
 */
export function lintTflite(bytes: Uint8Array, options: LintOptions): readonly Finding[] {
  const fileName = options.name ?? "the model";
  const problems = findProblems(bytes, fileName, options.for);
  const findings = problems.flatMap(({ code, place, message, severity }): readonly Finding[] => {
    const known = severity ?? severityOf(code, options.for);
    if (known === undefined) return [];
    return [{ code, severity: known, place, message, remedy: catalogue[code].remedy }];
  });
  const order: readonly Severity[] = ["error", "warning", "note"];
  return findings.toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
}

function findProblems(bytes: Uint8Array, fileName: string, runtime: Runtime): readonly Problem[] {
  try {
    const model = lintModel(openModel(bytes, fileName));
    return limitEach(rules.flatMap((rule) => [...rule(model, runtime)]));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [{ code: error.code as FindingCode, place: "file", message: error.message }];
  }
}

/** A damaged file can have a hundred thousand problems of a kind: the first ones, and how many more there are. */
function limitEach(problems: readonly Problem[]): readonly Problem[] {
  const counts = new Map<FindingCode, number>();
  const kept: Problem[] = [];
  for (const problem of problems) {
    const count = (counts.get(problem.code) ?? 0) + 1;
    counts.set(problem.code, count);
    if (count <= mostOfAKind) kept.push(problem);
  }
  const more = [...counts].filter(([, count]) => count > mostOfAKind);
  return [
    ...kept,
    ...more.map(([code, count]) => ({
      code,
      place: "file",
      message: `and ${figure(count - mostOfAKind)} more`,
    })),
  ];
}

const mostOfAKind = 100;
