import { toIso } from '#runtime/time/iso.ts'

/** 0 s, 90 s, 12 min, 5 h, 3 d */
export function span(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} d`
}

export const whole = (n: number): string => Math.round(n).toLocaleString('en-US')

export const bytes = (n: number): string =>
  n >= 1024 ** 4 ? `${(n / 1024 ** 4).toFixed(1)} TiB` : `${(n / 1024 ** 3).toFixed(1)} GiB`

export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`

/** 2026-03-01 12:00:05 UTC */
export const moment = (atMs: number): string => {
  const iso = toIso(atMs)
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`
}

export const plural = (n: number, one: string, many = `${one}s`): string =>
  `${whole(n)} ${n === 1 ? one : many}`
