/** A curve in a line of text. */
const blocks = '▁▂▃▄▅▆▇█';

/** The values as at most `width` blocks between their lowest and highest; each a mean. */
export function sparkline(values: readonly number[], width: number): string {
  const finite = values.filter(Number.isFinite);
  const count = Math.min(width, finite.length);
  const means = Array.from({ length: count }, (_, i) => {
    const start = Math.floor((i * finite.length) / count);
    const part = finite.slice(start, Math.floor(((i + 1) * finite.length) / count));
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
  const low = Math.min(...means);
  const range = Math.max(...means) - low;
  const height = (value: number) =>
    range === 0
      ? 0
      : Math.min(blocks.length - 1, Math.floor(((value - low) / range) * blocks.length));
  return means.map((mean) => blocks.charAt(height(mean))).join('');
}
