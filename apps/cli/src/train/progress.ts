import {
  formatEpoch,
  type BatchProgress,
  type EpochRecord,
  type TrainStart,
} from "@smidgen/training";

/** How far a training is, as it is shown while it runs. */
export interface Moment extends BatchProgress {
  readonly batchSize: number;
  /** Of an epoch. */
  readonly examples: number;
  /** Since this process began to train. */
  readonly elapsedMs: number;
  /** Trained by this process. */
  readonly stepsDone: number;
}

/**
 * One line, at most `columns` characters: bar, figures, throughput, and the time that this epoch and the whole
 * training still take at this pace.
 */
export function progressLine(moment: Moment, columns: number): string {
  const { epoch, epochs, step, steps, loss, accuracy } = moment;
  const { perSecond, epochSeconds, wholeSeconds } = pace(moment);
  const head = `Epoch ${epoch}/${epochs} `;
  const tails = [
    `  loss ${loss.toFixed(4)}  accuracy ${accuracy.toFixed(4)}`,
    `  ${Math.round(perSecond).toLocaleString("en-US")} examples/s`,
    `  ETA ${clock(epochSeconds)}, of all ${clock(wholeSeconds)}`,
  ];
  const count = ` ${String(step).padStart(String(steps).length)}/${steps}`;
  // what fits, the bar being the first to give way, and then the least important
  while (tails.length > 0 && (head + count + tails.join("")).length + leastBar > columns)
    tails.pop();
  const tail = count + tails.join("");
  const room = columns - head.length - tail.length;
  if (room < leastBar) return (head.trim() + tail).slice(0, Math.max(columns, 0));
  // in fives, so that it keeps still while figures grow and shrink
  const width = Math.min(30, room - (room % 5));
  const done = Math.floor((width * step) / steps);
  return `${head}${"━".repeat(done)}${"─".repeat(width - done)}${tail}`;
}

const leastBar = 10;

/** What goes into JSON lines. */
export function pace({
  batchSize,
  epoch,
  epochs,
  examples,
  step,
  steps,
  elapsedMs,
  stepsDone,
}: Moment) {
  const perSecond = (Math.min(batchSize, examples) * stepsDone * 1000) / Math.max(elapsedMs, 1);
  const secondsPerStep = elapsedMs / 1000 / Math.max(stepsDone, 1);
  const epochSeconds = (steps - step) * secondsPerStep;
  return {
    perSecond,
    epochSeconds,
    wholeSeconds: epochSeconds + (epochs - epoch) * steps * secondsPerStep,
  };
}

/** `0:07`, `12:30`, `1:02:03` */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [
    Math.floor(whole / 3600),
    Math.floor(whole / 60) % 60,
    whole % 60,
  ];
  const two = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** Where a training's lines go to. */
export interface ProgressPrinter {
  readonly say: (line: string) => void;
  readonly event: (name: string, figures: object) => void;
  readonly start: (start: TrainStart) => void;
  readonly moment: (moment: Moment) => void;
  readonly epoch: (record: EpochRecord) => void;
  /** Leaves the terminal as it should be. */
  readonly end: () => void;
}

export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly write: (text: string) => unknown;
}

/** Text for people, with a live line where there is a terminal to draw it on; or JSON lines. */
export function progressPrinter(
  screen: Screen,
  isJson: boolean,
  now = () => performance.now(),
): ProgressPrinter {
  return isJson ? jsonPrinter(screen, now) : textPrinter(screen, now);
}

function textPrinter(screen: Screen, now: () => number): ProgressPrinter {
  const isLive = screen.isTTY === true;
  let isDrawn = false;
  let last = -Infinity;
  const clear = () => {
    // to the line's beginning, and nothing behind it
    if (isDrawn) screen.write("\r\u{1b}[2K");
    isDrawn = false;
  };
  const say = (line: string) => {
    clear();
    screen.write(`${line}\n`);
  };
  return {
    say,
    event() {},
    start({ engine, parameters, examples, validationExamples, resumedAt }) {
      const count = (value: number) => value.toLocaleString("en-US");
      const others =
        validationExamples > 0
          ? `, ${count(validationExamples)} to evaluate it on after every epoch`
          : "";
      say(
        `${count(parameters)} parameters, ${count(examples)} examples to learn from${others}; ` +
          `trained by ${engine.name}` +
          (engine.reasons.length > 0 ? `, since ${engine.reasons.join("; ")}` : ""),
      );
      if (resumedAt !== undefined) {
        say(`Goes on at epoch ${resumedAt.epoch}, step ${resumedAt.step}.`);
      }
    },
    moment(moment) {
      if (!isLive || now() - last < 100) return;
      last = now();
      screen.write(`\r\u{1b}[2K${progressLine(moment, (screen.columns ?? 80) - 1)}`);
      isDrawn = true;
    },
    epoch: (record) => say(formatEpoch(record)),
    end: clear,
  };
}

function jsonPrinter(screen: Screen, now: () => number): ProgressPrinter {
  let last = -Infinity;
  const event = (name: string, figures: object) =>
    void screen.write(`${JSON.stringify({ event: name, ...figures })}\n`);
  return {
    say() {},
    event,
    start: (start) => event("start", start),
    moment(moment) {
      if (now() - last < 1000) return;
      last = now();
      const { epoch, epochs, step, steps, learningRate, loss, accuracy } = moment;
      const { perSecond, wholeSeconds } = pace(moment);
      event("progress", {
        epoch,
        epochs,
        step,
        steps,
        learningRate,
        loss,
        accuracy,
        examplesPerSecond: perSecond,
        secondsLeft: wholeSeconds,
      });
    },
    epoch: (record) => event("epoch", record),
    end() {},
  };
}
