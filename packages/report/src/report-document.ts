import { createFootnotes, type Footnotes } from "./footnotes.ts";
import { formatInstant, printable } from "./format.ts";
import { type Highlight, highlights } from "./highlights.ts";
import type { MemoryPlanFacts, RunRecord } from "./run-record.ts";
import { environmentSection } from "./sections/environment.ts";
import { memoryPlanSection } from "./sections/memory-plan.ts";
import { memorySection } from "./sections/memory.ts";
import { originalStudySection } from "./sections/original-study.ts";
import { qualitySection } from "./sections/quality.ts";
import { networksSection } from "./sections/networks.ts";
import { schemesSection } from "./sections/schemes.ts";
import { setupSection } from "./sections/setup.ts";
import { sizeSection } from "./sections/size.ts";
import { speedSection } from "./sections/speed.ts";
import { trainingSection } from "./sections/training.ts";

/** What the report says, for any medium. The renderers decide only how it looks. */
export interface ReportDocument {
  readonly title: string;
  /** When, on what data, which network. */
  readonly subtitle: string;
  /** Stands above everything else. */
  readonly warning?: Warning;
  readonly highlights: readonly Highlight[];
  readonly sections: readonly Section[];
  /** Footnotes; a cell's `note` is a position in this list, counted from 1. */
  readonly notes: readonly string[];
}

export interface Warning {
  readonly title: string;
  readonly text: string;
}

export interface Section {
  /** For links: "model-size". */
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
}

export type Block = Paragraph | Table | Chart;

export interface Paragraph {
  readonly kind: "paragraph";
  readonly text: string;
}

export interface Table {
  readonly kind: "table";
  readonly caption: string;
  readonly columns: readonly Column[];
  /** Each as long as `columns`; the first cell names the row. */
  readonly rows: readonly (readonly Cell[])[];
  /** What the signs in the table mean. */
  readonly legend?: string;
  /** Rows with the same first cell stand together, and the cell is shown once. */
  readonly grouped?: true;
  /** The headers say nothing that the cells do not; they are shown only where the medium needs them. */
  readonly headless?: true;
}

export interface Column {
  readonly header: string;
  /** Figures end at the same place, text starts there. */
  readonly align: "start" | "end";
}

export interface Cell {
  readonly text: string;
  readonly note?: number;
  /** Quoted from somebody else's work. */
  readonly cited?: true;
}

/** Drawn where the medium can; everything in it also stands in a table. */
export type Chart = BarChart | LineChart | MemoryPlanChart;

export interface BarChart {
  readonly kind: "bars";
  readonly caption: string;
  /** What the parts of a bar are; one name where bars have one part. */
  readonly parts: readonly string[];
  readonly bars: readonly {
    readonly label: string;
    /** The length of the whole bar, in words. */
    readonly figure: string;
    /** One per part. */
    readonly values: readonly number[];
  }[];
}

export interface LineChart {
  readonly kind: "lines";
  readonly caption: string;
  /** Positions on the horizontal axis are whole and count from 1. */
  readonly x: string;
  readonly y: string;
  /** Whether the vertical axis shows zero. */
  readonly fromZero: boolean;
  readonly lines: readonly {
    readonly label: string;
    /** `null` leaves a gap. */
    readonly values: readonly (number | null)[];
  }[];
}

export interface MemoryPlanChart {
  readonly kind: "memory-plan";
  readonly caption: string;
  readonly plan: MemoryPlanFacts;
}

/** Turns a record into sections; undefined where the record has nothing for it. */
export type SectionBuilder = (record: RunRecord, notes: Footnotes) => Section | undefined;

/** The table of contents of every report. */
const sectionBuilders: readonly SectionBuilder[] = [
  sizeSection,
  qualitySection,
  schemesSection,
  networksSection,
  memorySection,
  speedSection,
  originalStudySection,
  setupSection,
  trainingSection,
  memoryPlanSection,
  environmentSection,
];

export function reportDocument(unsafeRecord: RunRecord): ReportDocument {
  const record = withPrintableText(unsafeRecord);
  const notes = createFootnotes();
  const warning = fallbackWarning(record);
  return {
    title: record.title,
    subtitle: [
      `Recorded ${formatInstant(record.recordedAt)}`,
      record.dataset.fallback
        ? `${record.dataset.source} instead of ${record.dataset.name}`
        : record.dataset.name,
      record.model.architecture,
    ].join(" · "),
    ...(warning && { warning }),
    highlights: highlights(record),
    sections: sectionBuilders.flatMap((build) => build(record, notes) ?? []),
    notes: notes.texts,
  };
}

/** The record with every text made safe to print, so that no renderer can forget one. */
function withPrintableText<T>(value: T): T {
  // Blank names would leave holes, and headings and emphasis without content.
  if (typeof value === "string") return (printable(value) || "(blank)") as T;
  if (Array.isArray(value)) return value.map(withPrintableText) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, withPrintableText(member)]),
  ) as T;
}

function fallbackWarning({ dataset }: RunRecord): Warning | undefined {
  if (!dataset.fallback) return undefined;
  return {
    title: `These figures are not from ${dataset.name}`,
    text:
      `${dataset.name} could not be used: ${dataset.fallbackReason}. The run fell back to ${dataset.source}, ` +
      `so nothing here can be compared with results on ${dataset.name}. ${dataset.fallbackHint}`,
  };
}
