export {
  type GroupSize,
  type GroupSizeJson,
  groupMinDefault,
  groupShare,
  groupSize,
  groupSizeJson,
  groupSizeText,
} from './group-size.ts'
export { type GroupGuard, requireGroup, type SmallGroupException } from './require-group.ts'
