import { UserError } from "@smidgen/errors";
import { runStage, type StageName, stageNames } from "./stage.ts";
import { stages } from "./stages.ts";

try {
  const name = process.argv[2] as StageName;
  if (!stageNames.includes(name)) {
    throw new UserError("unknown-stage", `"${name}" is not a stage`, {
      hint: `The stages are ${stageNames.join(", ")}; \`npm start\` runs them all.`,
    });
  }
  await runStage(name, await stages[name]());
} catch (error) {
  if (error instanceof UserError) {
    process.stderr.write(
      `\n✖ ${error.message}\n${error.hint === undefined ? "" : `  ${error.hint}\n`}`,
    );
    process.exitCode = 1;
  } else {
    process.stderr.write(
      `\nThis is a mistake of ours, please report it:\n${(error as Error).stack}\n`,
    );
    process.exitCode = 70;
  }
}
