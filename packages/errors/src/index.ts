export { UserError, type UserErrorOptions } from "./user-error.ts";
