/** One commit's additions of remembered ids, for expiry: in the order of log time, so that what is old is found without a scan. */
export type SliceKey = [newestAt: number, offset: number, index: number, part: number]
