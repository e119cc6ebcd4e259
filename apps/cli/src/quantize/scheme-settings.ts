import { UserError } from "@smidgen/errors";
import { type Converter, type OpScheme, opSchemes, type Scheme } from "@smidgen/quantize";
import { z } from "zod";
import { readBytes } from "../files.ts";

export interface SchemeOptions {
  /** A name of `opSchemes`, or a JSON file. */
  readonly scheme: string;
  /** `pattern=scheme` */
  readonly operator: readonly string[];
  readonly inputs?: NonNullable<Scheme["inputs"]> | undefined;
  readonly outputs?: NonNullable<Scheme["outputs"]> | undefined;
  readonly dense?: NonNullable<Scheme["denseWeights"]> | undefined;
  readonly conv?: NonNullable<Scheme["convWeights"]> | undefined;
  readonly converter: Converter;
}

const weightScales = z.enum(["per-channel", "per-tensor"]);
const borderType = z.enum(["computed", "float32", "int8", "uint8", "int16"]);
const schemeFile = z.strictObject({
  default: z.enum(opSchemes),
  operators: z.record(z.string(), z.enum(opSchemes)).optional(),
  convWeights: weightScales.optional(),
  denseWeights: weightScales.optional(),
  converter: z.enum(["classic", "mlir"]).optional(),
  smallestWeights: z.int().min(0).optional(),
  inputs: borderType.optional(),
  outputs: borderType.optional(),
});

/**
 * What the options say, on top of what a file says.
 *
 * @throws UserError `invalid-scheme`, naming every setting that cannot be used; `cannot-read`.
 */
export async function readScheme(options: SchemeOptions): Promise<Scheme> {
  const { scheme, operator, inputs, outputs, dense, conv, converter } = options;
  const base: Partial<Scheme> = scheme.endsWith(".json")
    ? await readSchemeFile(scheme)
    : { default: scheme as OpScheme };
  const operators = { ...base.operators, ...Object.fromEntries(operator.map(readOperator)) };
  return {
    converter,
    ...base,
    default: base.default as OpScheme,
    ...(Object.keys(operators).length === 0 ? {} : { operators }),
    ...(inputs === undefined ? {} : { inputs }),
    ...(outputs === undefined ? {} : { outputs }),
    ...(dense === undefined ? {} : { denseWeights: dense }),
    ...(conv === undefined ? {} : { convWeights: conv }),
  };
}

async function readSchemeFile(file: string): Promise<Partial<Scheme>> {
  const text = Buffer.from(await readBytes(file)).toString("utf8");
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new UserError("invalid-scheme", `${file} is not JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
  const parsed = schemeFile.safeParse(json);
  if (parsed.success) return parsed.data as Scheme;
  throw new UserError(
    "invalid-scheme",
    `${file} has settings that cannot be used:\n${z.prettifyError(parsed.error)}`,
    { hint: 'It looks like { "default": "int8", "operators": { "conv*": "int4" } }.' },
  );
}

function readOperator(text: string): readonly [string, OpScheme] {
  const at = text.lastIndexOf("=");
  if (at <= 0) {
    throw new UserError("invalid-scheme", `${JSON.stringify(text)} is not PATTERN=SCHEME`, {
      hint: "Like conv*=int4, or dense_1=int16x8.",
    });
  }
  return [text.slice(0, at), text.slice(at + 1) as OpScheme];
}
