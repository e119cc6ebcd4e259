import { describe, expect, test } from "vitest";
import type { OpKind } from "@smidgen/graph";
import { judgeSeeds } from "./judge-graph.ts";
import { leavingSteps } from "./leaving-steps.ts";
import { steps } from "./steps.ts";

const kinds = [...Object.keys(steps), ...Object.keys(leavingSteps)] as OpKind[];

/** `bench/differential.ts` runs thousands. */
const chains = { count: 100, perModel: 20 };

describe.each(["int8", "float32"] as const)("100 random graphs of %s", (type) => {
  test("compute in profile single what TensorFlow Lite computes, but where its difference has a name", async () => {
    const seeds = Array.from({ length: chains.count }, (_, i) => i + 1);
    const judged: Awaited<ReturnType<typeof judgeSeeds>>["judged"][number][] = [];
    const refused: string[] = [];
    for (let first = 0; first < chains.count; first += chains.perModel) {
      const outcome = await judgeSeeds(seeds.slice(first, first + chains.perModel), type, kinds);
      judged.push(...outcome.judged);
      refused.push(...outcome.refused.map(({ reason }) => reason));
    }
    const wrong = judged.filter(
      ({ differing, largest, known }) =>
        differing > 0 && (known === undefined || (type === "int8" && largest > known.largest)),
    );
    expect(wrong).toEqual([]);
    // XNNPACK creates no operator whose fused activation leaves a single stored value.
    expect(
      refused.filter((reason) => !reason.includes("failed to create XNNPACK runtime")),
    ).toEqual([]);
    expect(refused.length).toBeLessThan(10);
    const drawn = new Set(judged.map(({ kind }) => kind));
    const missing = kinds.filter(
      (kind) => !drawn.has(kind) && !(type === "float32" && kind.endsWith("quantize")),
    );
    expect(missing).toEqual([]);
  });
});
