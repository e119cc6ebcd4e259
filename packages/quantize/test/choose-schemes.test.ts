import { describe, expect, test } from "vitest";
import { calibrate, chooseSchemes, quantizeGraph } from "@smidgen/quantize";
import { writeTflite } from "@smidgen/tflite";
import { accuracy, digitNetwork, digitSamples } from "./digits.ts";

const fileBytes = (graph: Parameters<typeof writeTflite>[0]) => writeTflite(graph).length;

describe.each(["mlp", "cnn"] as const)(
  "the %s on drawn digits, with a scheme for each layer",
  async (name) => {
    const float = await digitNetwork(name);
    const samples = digitSamples(96);
    const int8 = fileBytes(quantizeGraph(float, calibrate(float, samples)));

    test("a file of at most 0.6 of int8 loses at most half a point", () => {
      const goal = { budgetBytes: Math.floor(0.6 * int8) };
      const { quantized, bytes, layers } = chooseSchemes(float, { samples, goal, fileBytes });
      expect(bytes).toBe(fileBytes(quantized));
      expect(bytes).toBeLessThanOrEqual(0.6 * int8);
      expect(accuracy(quantized)).toBeGreaterThanOrEqual(accuracy(float) - 0.5);
      // The large layer has to be small, and the last one, whose steps show, gets what is left.
      const chosen = Object.fromEntries(layers.map((layer) => [layer.name, layer.chosen]));
      expect(chosen).toMatchObject({ dense: "int4", "dense_1/linear": "int8" });
    });

    test("a tolerance that int4 keeps takes int4, and one that nothing keeps is refused", () => {
      const loose = chooseSchemes(float, { samples, goal: { tolerance: 1 } });
      expect(loose.layers.map(({ chosen }) => chosen)).toEqual(loose.layers.map(() => "int4"));
      const loss = () => 0.5;
      expect(() => chooseSchemes(float, { samples, loss, goal: { tolerance: 0.1 } })).toThrow(
        expect.objectContaining({ code: "out-of-tolerance" }),
      );
    });

    test("fewer bytes than everything in int4 takes are refused", () => {
      expect(() => chooseSchemes(float, { samples, goal: { budgetBytes: 5000 } })).toThrow(
        expect.objectContaining({ code: "budget-too-small" }),
      );
    });
  },
);
