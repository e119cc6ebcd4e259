import { formatCount, formatScore, formatSeconds } from "../format.ts";
import type { LineChart, Section } from "../report-document.ts";
import type { Epoch, RunRecord } from "../run-record.ts";
import { end, factTable, start } from "./cells.ts";

export function trainingSection({ training }: RunRecord): Section | undefined {
  if (training === undefined) return undefined;
  const { epochs } = training;
  const seconds = epochs.reduce((sum, epoch) => sum + epoch.seconds, 0);
  const rows = epochs.map((epoch, position) => [
    { text: formatCount(position + 1) },
    ...[epoch.loss, epoch.accuracy, epoch.valLoss, epoch.valAccuracy].map((score) => ({
      text: score === null ? "–" : formatScore(score),
    })),
    { text: formatSeconds(epoch.seconds) },
  ]);
  return {
    id: "training",
    title: "Training",
    blocks: [
      ...(epochs.length === 0
        ? []
        : [
            curve("Loss per epoch", "Loss", epochs, "loss", "valLoss"),
            curve("Accuracy per epoch", "Accuracy", epochs, "accuracy", "valAccuracy"),
          ]),
      {
        kind: "table",
        caption: "Training curve",
        columns: [
          start("Epoch"),
          end("Loss"),
          end("Accuracy"),
          end("Validation loss"),
          end("Validation accuracy"),
          end("Time"),
        ],
        rows,
        ...(rows.flat().some(({ text }) => text === "–") && {
          legend: "– not a finite number, or no validation examples.",
        }),
      },
      factTable("How it was trained", [
        ["Epochs", `${formatCount(epochs.length)} in ${formatSeconds(seconds)}`],
        ["Batch size", formatCount(training.batchSize)],
        ["Optimizer", training.optimizer],
        ["Learning rate", String(training.learningRate)],
        ["Seed", String(training.seed)],
        ["Backend", training.backend],
        ["Why this backend", training.backendReason],
      ]),
    ],
  };
}

function curve(
  caption: string,
  y: string,
  epochs: readonly Epoch[],
  trained: "loss" | "accuracy",
  validated: "valLoss" | "valAccuracy",
): LineChart {
  return {
    kind: "lines",
    caption,
    x: "Epoch",
    y,
    fromZero: trained === "loss",
    lines: [
      { label: "training", values: epochs.map((epoch) => epoch[trained]) },
      { label: "validation", values: epochs.map((epoch) => epoch[validated]) },
    ].filter(({ values }) => values.some((value) => value !== null)),
  };
}
