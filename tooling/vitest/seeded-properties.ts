import fc from "fast-check";

/**
 * Properties draw the same examples on every run, so that a test which passes goes on passing.
 * `SMIDGEN_PROPERTY_SEED` draws others: worth doing after a change, with any integer.
 */
fc.configureGlobal({ seed: Number(process.env["SMIDGEN_PROPERTY_SEED"] ?? 1) });
