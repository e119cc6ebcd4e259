import type { LayersModel, SymbolicTensor } from "@tensorflow/tfjs-layers";

type Layer = SymbolicTensor["sourceLayer"];

/**
 * A function that names layers: given names stay, numbered ones become what Keras would call them.
 *
 * tfjs numbers unnamed layers (`dense_Dense7`) with a counter that runs through the whole process; here the
 * count starts anew for each model, in the order in which its layers are asked for.
 */
export function layerNames(model: LayersModel): (layer: Layer) => string {
  const layers = [...model.inputs.map(({ sourceLayer }) => sourceLayer), ...allLayers(model)];
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const given = new Set(
    layers.filter((layer) => numberedStem(layer) === undefined).map(({ name }) => name),
  );
  const names = new Map<Layer, string>();

  const nameOf = (layer: Layer): string => {
    const known = names.get(layer);
    if (known !== undefined) return known;
    const stem = numberedStem(layer);
    const wanted = stem ?? nameOfInputBefore(layer) ?? layer.name;
    const used = new Set(names.values());
    const name = firstFree(wanted, (n) => used.has(n) || (stem !== undefined && given.has(n)));
    names.set(layer, name);
    return name;
  };

  // `sequential` names the input layer that it adds after the layer that follows.
  const nameOfInputBefore = (layer: Layer): string | undefined => {
    if (layer.getClassName() !== "InputLayer" || !layer.name.endsWith("_input")) return undefined;
    const follower = byName.get(layer.name.slice(0, -"_input".length));
    return follower === undefined ? undefined : `${nameOf(follower)}_input`;
  };

  return nameOf;
}

/** The model's own name, or `model` if tfjs made it up. */
export function modelName({ name }: LayersModel): string {
  return /^(sequential_|model|functional)\d+$/.test(name) ? "model" : name;
}

/** A model that is used as a layer of another. */
export function isModel(layer: Layer): layer is LayersModel {
  return "layers" in layer && "outputs" in layer;
}

function* allLayers(model: LayersModel): Iterable<Layer> {
  for (const layer of model.layers) {
    if (isModel(layer)) yield* allLayers(layer);
    else yield layer;
  }
}

/** `dense` for `dense_Dense7`, `input` for `input3`; nothing for names that somebody chose. */
function numberedStem(layer: Layer): string | undefined {
  const className = layer.getClassName();
  if (className === "InputLayer") return /^(input)\d+$/.exec(layer.name)?.[1];
  const stem = new RegExp(`^(.+)_${className}\\d+$`).exec(layer.name)?.[1];
  return stem?.replaceAll("_", "") === className.toLowerCase() ? stem : undefined;
}

function firstFree(name: string, isTaken: (name: string) => boolean): string {
  if (!isTaken(name)) return name;
  let i = 1;
  while (isTaken(`${name}_${i}`)) i++;
  return `${name}_${i}`;
}
