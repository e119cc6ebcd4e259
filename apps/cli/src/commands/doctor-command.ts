import { Command } from "@commander-js/extra-typings";
import { print } from "../process.ts";

export const doctorCommand = new Command("doctor")
  .description("say which optional tools are there, what they are for, and how to get the others")
  .option("--json", "print it as JSON")
  .action(async ({ json = false }) => {
    const { doctor } = await import("./doctor.ts");
    print(await doctor({ json }));
  });
