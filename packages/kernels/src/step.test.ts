import { setFlagsFromString } from "node:v8";
import { expect, test } from "vitest";
import { makeStep } from "./step.ts";

test("a loop sees objects of one shape, whatever theirs was that its parameters came from", () => {
  setFlagsFromString("--allow-natives-syntax");
  // oxlint-disable-next-line no-implied-eval, no-new-func -- not JavaScript outside the engine
  const haveSameShape = new Function("a", "b", "return %HaveSameMap(a, b)") as (
    a: object,
    b: object,
  ) => boolean;
  const seen: object[] = [];
  const see = (params: object) => void seen.push(params);
  for (let i = 0; i < 12; i++) {
    // Numbers that are sometimes fractions, and objects put together in different ways.
    const window = i % 2 === 0 ? { height: i, width: i / 4 } : { height: i / 4, width: i };
    const params = { ...window, min: -i, max: i % 3 === 0 ? Infinity : i };
    makeStep({ kernel: "", run: see, params, reads: [], writes: [] }).bind({
      tensor: () => new Int8Array(0),
      scratch: new Uint8Array(0),
    })();
  }
  const last = seen.at(-1) as object;
  // Until the engine has met a fraction in each field, it expects integers there.
  expect(seen.slice(4).map((params) => haveSameShape(params, last))).not.toContain(false);
});
