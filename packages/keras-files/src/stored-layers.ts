import { UserError } from "@smidgen/errors";
import { isObject, type JsonObject } from "./json.ts";
import type { LayerWeights, WeightValues } from "./layer-weights.ts";

/** Groups of weights, as `model.weights.h5` holds them and as paths like `layers/dense/vars/0` spell them out. */
export interface StateGroup {
  readonly keys: () => readonly string[];
  readonly group: (key: string) => StateGroup | undefined;
  /** @param at says where, in messages */
  readonly values: (key: string, at: string) => WeightValues;
  /** What is written on the group, if anything. */
  readonly name: string | undefined;
}

/** Older and newer names of the group that holds the layers of a model. */
const containers = ["layers", "_layer_checkpoint_dependencies"];

/** State of layers that is not a weight. */
const notWeights = new Set(["seed_generator", "dtype_policy"]);

/** Parts of layers that have weights of their own, in the order in which Keras lists these. */
const partOrder = ["forward_layer", "backward_layer", "cell", "layer"];

/**
 * Weights by layer. Keras names the groups not after the layers but after their classes, and counts:
 * `dense`, `dense_1`, …, in the order of the model's layers; its later versions write the layer's name on
 * the group `vars`, or name the group after it.
 *
 * Source: `_save_state`, `_save_container_state`, keras/src/saving/saving_lib.py; `to_snake_case`,
 * keras/src/utils/naming.py.
 *
 * @param network what `config.json` says
 * @param fileName for messages
 * @throws UserError `corrupt-file`
 */
export function storedLayers(
  state: StateGroup,
  network: unknown,
  fileName: string,
): readonly LayerWeights[] {
  return containers.flatMap((container) => {
    const groups = state.group(container);
    return groups === undefined ? [] : layersIn(groups, network, [], fileName);
  });
}

function layersIn(
  groups: StateGroup,
  network: unknown,
  path: readonly string[],
  fileName: string,
): readonly LayerWeights[] {
  const layers = layersOf(network);
  const keys = new Set(groups.keys());
  const byName = new Map(layers.map((layer) => [nameOf(layer), layer]));
  const byClass = new Map(layers.map((layer, i) => [countedClass(layers, i), layer]));
  const isNamed = [...keys].every((key) => byName.has(key));
  return [...keys].flatMap((key) => {
    const group = groups.group(key);
    if (group === undefined) return [];
    const vars = group.group("vars");
    const written = vars?.name;
    const layer =
      (written === undefined ? undefined : byName.get(written)) ??
      (isNamed ? byName : byClass).get(key);
    const nested = containers.flatMap((container) => group.group(container) ?? []);
    if (layer === undefined) {
      if (nested.length === 0 && weightsIn(group, key, fileName).length === 0) return [];
      throw new UserError(
        "corrupt-file",
        `${fileName}: there are weights for ${[...path, key].join("/")}, which is no layer of the network`,
      );
    }
    const layerPath = [...path, nameOf(layer)];
    if (nested.length > 0) {
      return nested.flatMap((inner) => layersIn(inner, layer, layerPath, fileName));
    }
    const tensors = weightsIn(group, layerPath.join("/"), fileName);
    return tensors.length === 0 ? [] : [{ path: layerPath, tensors }];
  });
}

/** A layer's own weights, then those of its parts. */
function weightsIn(group: StateGroup, at: string, fileName: string): readonly WeightValues[] {
  const vars = group.group("vars");
  const own = (vars?.keys() ?? [])
    .filter((key) => /^\d+$/.test(key))
    .toSorted((a, b) => Number(a) - Number(b))
    .map((key) => (vars as StateGroup).values(key, `${fileName}, layer "${at}"`));
  const parts = group
    .keys()
    .filter((key) => key !== "vars" && !notWeights.has(key))
    .toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return [
    ...own,
    ...parts.flatMap((key) => {
      const part = group.group(key);
      return part === undefined ? [] : weightsIn(part, `${at}/${key}`, fileName);
    }),
  ];
}

function rank(part: string): number {
  const position = partOrder.indexOf(part);
  return position === -1 ? partOrder.length : position;
}

function layersOf(network: unknown): readonly JsonObject[] {
  const config = isObject(network) ? network["config"] : undefined;
  const layers = isObject(config) ? config["layers"] : undefined;
  return Array.isArray(layers) ? layers.filter(isObject) : [];
}

function nameOf(layer: JsonObject): string {
  const { config, name } = layer;
  const inConfig = isObject(config) ? config["name"] : undefined;
  return String(inConfig ?? name);
}

/** The class of the i-th layer in snake case, and its number if there were others before. */
function countedClass(layers: readonly JsonObject[], i: number): string {
  const classOf = (layer: JsonObject) => snakeCase(String(layer["class_name"]));
  const own = classOf(layers[i] as JsonObject);
  const before = layers.slice(0, i).filter((layer) => classOf(layer) === own).length;
  return before === 0 ? own : `${own}_${before}`;
}

function snakeCase(name: string): string {
  return name
    .replace(/\W+/g, "")
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}
