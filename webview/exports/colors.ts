/** Colors of the page for files that have no theme. */

let pixel: CanvasRenderingContext2D | undefined;

/** The color under everything. */
export function pageColor(): string {
  return plainColor(getComputedStyle(document.body).backgroundColor);
}

/**
 * A color as #rrggbb, as it looks on the page. Styles also give mixed and translucent colors, in
 * notations that other programs do not read.
 */
export function plainColor(color: string): string {
  pixel ??= document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
  for (const layer of [getComputedStyle(document.body).backgroundColor, color]) {
    pixel.fillStyle = layer;
    pixel.fillRect(0, 0, 1, 1);
  }
  const [red, green, blue] = pixel.getImageData(0, 0, 1, 1).data;
  return `#${[red!, green!, blue!].map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}
