/** What a linker has put into a program. */
export interface ElfImage {
  /** Bytes of each section that is in memory, by name. */
  readonly sections: ReadonlyMap<string, number>;
  /** Data and functions that have a size. */
  readonly symbols: readonly ElfSymbol[];
}

export interface ElfSymbol {
  readonly name: string;
  readonly section: string;
  readonly bytes: number;
}

/**
 * Sections and symbols of a 32-bit little-endian ELF file that a linker of ours has just written.
 *
 * Source: Tool Interface Standard, Executable and Linking Format, 1.2.
 *
 * @throws Error if it is anything else.
 */
export function readElf(bytes: Uint8Array): ElfImage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0) !== 0x7f454c46 || view.getUint16(4) !== 0x0101) {
    throw new Error("the linker wrote no 32-bit little-endian ELF file");
  }
  const tableOffset = view.getUint32(0x20, true);
  const entryBytes = view.getUint16(0x2e, true);
  const count = view.getUint16(0x30, true);
  const headers = Array.from({ length: count }, (_, i) => {
    const at = tableOffset + i * entryBytes;
    const field = (position: number) => view.getUint32(at + 4 * position, true);
    return {
      nameOffset: field(0),
      type: field(1),
      isAllocated: (field(2) & allocated) !== 0,
      offset: field(4),
      size: field(5),
      link: field(6),
    };
  });
  const text = (table: number, offset: number) => {
    const start = (headers[table]?.offset ?? 0) + offset;
    return Buffer.from(bytes.subarray(start, bytes.indexOf(0, start))).toString("latin1");
  };
  const names = headers.map(({ nameOffset }) => text(view.getUint16(0x32, true), nameOffset));

  const symbols = headers
    .filter(({ type }) => type === symbolTable)
    .flatMap(({ offset, size, link }) =>
      Array.from({ length: size / symbolBytes }, (_, i) => {
        const at = offset + i * symbolBytes;
        return {
          name: text(link, view.getUint32(at, true)),
          section: names[view.getUint16(at + 14, true)] ?? "",
          bytes: view.getUint32(at + 8, true),
        };
      }),
    )
    .filter((symbol) => symbol.bytes > 0);
  const inMemory = headers.flatMap(({ isAllocated, size }, i) =>
    isAllocated ? [[names[i] ?? "", size] as const] : [],
  );
  return { sections: new Map(inMemory), symbols };
}

const allocated = 2; // SHF_ALLOC
const symbolTable = 2; // SHT_SYMTAB
const symbolBytes = 16;
