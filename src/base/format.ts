/**
 * How numbers are written for people, the same in the terminal, the editor and the report. A minus
 * is U+2212 and a range has an en dash.
 */

/** A share as whole percent, "93 %". */
export function percent(share: number): string {
  return `${signless(share * 100)} %`;
}

/** A range of shares, "83–97 %", and "−20 to 20 %" of one that begins below nothing. */
export function percentRange([low, high]: readonly [number, number]): string {
  if (low < -0.005)
    return `−${signless(-low * 100)} to ${signless(high * 100).replace('-', '−')} %`;
  return `${signless(low * 100)}–${signless(high * 100)} %`;
}

/** A difference of shares in points with its sign: "+51", "−6", "0". */
export function points(difference: number): string {
  const rounded = Math.round(Math.abs(difference) * 100);
  if (rounded === 0) return '0';
  return `${difference < 0 ? '−' : '+'}${rounded}`;
}

/** A range of differences in points, "+38 to +63". */
export function pointsRange([low, high]: readonly [number, number]): string {
  return `${points(low)} to ${points(high)}`;
}

/** "51 points", "1 point", and "less than 1 point" for a difference that rounds to none. */
export function pointsInWords(difference: number): string {
  const rounded = Math.round(Math.abs(difference) * 100);
  if (rounded === 0) return difference === 0 ? '0 points' : 'less than 1 point';
  return rounded === 1 ? '1 point' : `${rounded} points`;
}

/** A p-value: "p < 0.001", "p = 0.004", "p = 0.32". */
export function pValueText(p: number): string {
  if (p < 0.001) return 'p < 0.001';
  if (p >= 0.995) return 'p = 1';
  return `p = ${p.toFixed(p < 0.0095 ? 3 : 2)}`;
}

/** A similarity or probability in two places without the leading zero: ".61", "−.05", "1.00". */
export function twoPlaces(value: number): string {
  const text = Math.abs(value).toFixed(2).replace(/^0/, '');
  return value < 0 && text !== '.00' ? `−${text}` : text;
}

/** A duration: "0.8 s", "12 s", "3 min 20 s", "1 h 5 min". */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** A size in units of a thousand: "312 bytes", "4.2 kB", "350 MB", "1.2 GB". */
export function byteSize(bytes: number): string {
  let value = bytes;
  let unit = 'bytes';
  for (const next of ['kB', 'MB', 'GB', 'TB']) {
    if (value < 999.5) break;
    value /= 1000;
    unit = next;
  }
  const places = unit === 'bytes' || value >= 9.95 ? 0 : 1;
  return `${value.toFixed(places)} ${unit}`;
}

/** "1 example", "57 examples". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** "3 seeds", or "1 of 3 seeds" where some are missing. */
export function seedCount(count: number, missing = 0): string {
  return missing === 0 ? counted(count, 'seed') : `${count} of ${counted(count + missing, 'seed')}`;
}

/** Names as an English list: "a", "a and b", "a, b and c". */
export function listed(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)!}`;
}

/** "resumed after steps 8 and 20", "resumed from its start"; undefined for a run that never stopped. */
export function resumedText(after: readonly number[]): string | undefined {
  if (after.length === 0) return undefined;
  const steps = [...new Set(after)].map(String);
  if (steps.join() === '0') return 'resumed from its start';
  return `resumed after ${steps.length === 1 ? 'step' : 'steps'} ${listed(steps)}`;
}

function signless(value: number): string {
  return String(Math.round(value));
}
