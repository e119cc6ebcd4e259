import { expect, test } from "vitest";
import { UserError } from "@smidgen/errors";

test("carries a code, a message, a hint and a cause", () => {
  const cause = new RangeError("offset 9");
  const error = new UserError("truncated-file", "a.idx has 9 bytes, its header announces 16", {
    hint: "Download the file again.",
    cause,
  });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({
    name: "UserError",
    code: "truncated-file",
    hint: "Download the file again.",
    cause,
  });
});

test("has neither hint nor cause unless given", () => {
  const error = new UserError("empty-dataset", "the dataset has no examples");
  expect(error.hint).toBeUndefined();
  expect("cause" in error).toBe(false);
});
