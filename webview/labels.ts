/** Puts labels beside points so that they cover neither each other nor a point. */

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Labelled {
  readonly x: number;
  readonly y: number;
  /** Of the point. */
  readonly radius: number;
  /** Of the label's text. */
  readonly width: number;
  readonly height: number;
}

/** Where a label may stand, the best first: its box's left upper corner from the point. */
const places = [
  [1, 0],
  [-1, 0],
  [0, -1],
  [0, 1],
  [1, -1],
  [1, 1],
  [-1, -1],
  [-1, 1],
] as const;

/**
 * For each point the place of its label within `area`, the earlier points first; undefined where
 * there is no room beside those before it.
 *
 * @param taken  boxes that no label may cover
 */
export function placeLabels(
  points: readonly Labelled[],
  area: Box,
  taken: readonly Box[] = [],
): (Box | undefined)[] {
  const dots = points.map(({ x, y, radius }) => ({
    x: x - radius,
    y: y - radius,
    width: 2 * radius,
    height: 2 * radius,
  }));
  const used: Box[] = [...taken, ...dots];
  return points.map((point) => {
    for (const [right, down] of places) {
      const box = boxAt(point, right, down);
      if (!within(box, area) || used.some((other) => overlap(box, other))) continue;
      used.push(box);
      return box;
    }
    return undefined;
  });
}

const gap = 3;

function boxAt({ x, y, radius, width, height }: Labelled, right: number, down: number): Box {
  // Diagonal places are as near to the point as straight ones.
  const away = (right !== 0 && down !== 0 ? radius * 0.7 : radius) + gap;
  const across = right === 0 ? -width / 2 : right > 0 ? away : -away - width;
  const along = down === 0 ? -height / 2 : down > 0 ? away : -away - height;
  return { x: x + across, y: y + along, width, height };
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function within(box: Box, area: Box): boolean {
  return (
    box.x >= area.x &&
    box.y >= area.y &&
    box.x + box.width <= area.x + area.width &&
    box.y + box.height <= area.y + area.height
  );
}
