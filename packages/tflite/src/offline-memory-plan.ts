import { UserError } from "@smidgen/errors";
import { type Graph, isConstant, type TensorId } from "@smidgen/graph";

/** Where a tensor begins in the arena. */
export interface PlannedOffset {
  readonly id: TensorId;
  /** A multiple of 16. */
  readonly offsetBytes: number;
}

/**
 * Metadata in which a file brings along its own arena plan: TensorFlow Lite Micro takes these offsets as they are and
 * plans the rest, such as scratch memory, around them.
 *
 * Source: tensorflow/lite/micro/docs/memory_management.md, "Offline planned tensor allocations".
 */
export const offlinePlanName = "OfflineMemoryAllocation";

/** int32: version, number of subgraphs, number of offsets. */
const headerWords = [1, 1] as const;

/** For a tensor that is planned when the file is loaded, or not at all. */
const plannedOnline = -1;

/**
 * The contents of the metadata entry, little-endian. Variables are left to TensorFlow Lite Micro, which keeps them
 * outside of what it plans; in the plan others could share their memory between the operators that use them.
 *
 * Source: `GetOfflinePlannedOffsets` and `InitializeAllocationInfo`, tensorflow/lite/micro/micro_allocation_info.cc.
 *
 * @throws UserError `invalid-plan`, naming all places that cannot be
 */
export function writeOfflinePlan(
  { tensors }: Graph,
  plan: readonly PlannedOffset[],
): Uint8Array<ArrayBuffer> {
  const offsets = new Int32Array(tensors.length).fill(plannedOnline);
  const problems: string[] = [];
  for (const { id, offsetBytes } of plan) {
    const tensor = tensors[id];
    const isOffset = offsetBytes % 16 === 0 && offsetBytes >= 0 && offsetBytes < 2 ** 31;
    if (tensor === undefined) {
      problems.push(`there is no tensor %${id}`);
    } else if (isConstant(tensor)) {
      problems.push(`tensor %${id} "${tensor.name}" is a constant, which is not in the arena`);
    } else if (!isOffset) {
      problems.push(
        `tensor %${id} "${tensor.name}" begins at ${offsetBytes}, not a multiple of 16`,
      );
    } else if (!tensor.isVariable) {
      offsets[id] = offsetBytes;
    }
  }
  if (problems.length > 0) {
    throw new UserError(
      "invalid-plan",
      `the memory plan cannot be stored: ${problems.join("; ")}`,
      {
        hint: "Make the plan from this graph.",
      },
    );
  }
  const data = new DataView(new ArrayBuffer(4 * (3 + offsets.length)));
  const words = [...headerWords, offsets.length, ...offsets];
  for (const [i, word] of words.entries()) data.setInt32(4 * i, word, true);
  return new Uint8Array(data.buffer);
}

/** What a metadata entry of that name holds; `undefined` if it is shorter than it says. */
export function readOfflinePlan(
  data: Uint8Array,
): { readonly version: number; readonly offsets: readonly (number | undefined)[] } | undefined {
  if (data.length < 12) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const count = view.getInt32(8, true);
  if (count < 0 || data.length < 4 * (3 + count)) return undefined;
  const offsets = Array.from({ length: count }, (_, i) => view.getInt32(12 + 4 * i, true));
  return {
    version: view.getInt32(0, true),
    offsets: offsets.map((offset) => (offset === plannedOnline ? undefined : offset)),
  };
}
