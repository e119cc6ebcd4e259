/** A generated file. Nothing is written to disk here. */
export interface SourceFile {
  /** Relative, with `/` between folders. */
  readonly path: string;
  /** UTF-8 text that ends in a line feed. */
  readonly text: string;
}
