/** Signs that say the same as the color beside them; screen readers get words. */
import { h, svg } from '../element.ts';

const paths = {
  right: 'M3 8.5 6.5 12 13 4.5',
  wrong: 'M4 4 12 12 M12 4 4 12',
  better: 'M8 13 V3.5 M3.8 7.7 8 3.5 12.2 7.7',
  worse: 'M8 3 V12.5 M3.8 8.3 8 12.5 12.2 8.3',
  // A question mark: what is not shown is not the same.
  undecided: 'M4.8 5.6 A3.2 3.2 0 1 1 9.4 8.5 C8.4 9 8 9.6 8 10.6 M8 13.6 V13.7',
  // An arrow in a circle: to be made again.
  stale: 'M13 8 A5 5 0 1 1 11.2 4.2 M11.4 1.4 V4.5 H8.3',
  'nothing-to-compare': 'M3 8 H13',
} as const;

export type IconName = keyof typeof paths;

/** A line drawing of 16 units in the color of the text around it, hidden from screen readers. */
export function icon(name: IconName): SVGElement {
  return svg(
    'svg',
    { class: `icon ${name}`, viewBox: '0 0 16 16', 'aria-hidden': 'true', focusable: 'false' },
    svg('path', { d: paths[name] }),
  );
}

/** Words for screen readers alone. */
export function spoken(text: string): HTMLElement {
  return h('span', { class: 'spoken' }, text);
}
