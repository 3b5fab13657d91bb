export { type ErrorCode, type ExitCode, errorKinds } from './codes.ts'
export {
  asError,
  type ErrorContext,
  type ErrorJson,
  errorTable,
  exitCodeOf,
  isTributaryError,
  TributaryError,
  toErrorJson,
} from './tributary-error.ts'
