/** A slider over the steps at which something was kept, one of them marked. */
import { h } from './element.ts';

export interface StepSlider {
  /** Ascending, at least two. */
  readonly steps: readonly number[];
  /** The last step of the training. */
  readonly last: number;
  /** The step whose vectors the run keeps. */
  readonly kept: number;
  readonly chosen: number;
  readonly onChange: (step: number) => void;
}

/** The slider with the step in words; arrow keys, Home and End move it from place to place. */
export function stepSlider({ steps, last, kept, chosen, onChange }: StepSlider): HTMLElement {
  const text = (step: number) => {
    const named = step === 0 ? 'the start' : `step ${step} of ${last}`;
    return step === kept ? `${named}, kept` : named;
  };
  const shown = h('output', { class: 'note' }, text(chosen));
  const range = h('input', {
    type: 'range',
    min: 0,
    max: steps.length - 1,
    step: 1,
    value: steps.indexOf(chosen),
    'aria-label': 'Step of the training',
    'aria-valuetext': text(chosen),
    on: {
      input: () => {
        const step = steps[Number(range.value)]!;
        shown.textContent = text(step);
        range.setAttribute('aria-valuetext', text(step));
        onChange(step);
      },
    },
  });
  const share = steps.indexOf(kept) / (steps.length - 1);
  return h(
    'div',
    { class: 'steps' },
    h('span', { 'aria-hidden': 'true' }, 'step'),
    h(
      'span',
      { class: 'track' },
      range,
      share >= 0 &&
        h('span', {
          class: 'kept',
          'aria-hidden': 'true',
          title: text(kept),
          vars: { '--share': share.toFixed(4) },
        }),
    ),
    shown,
  );
}
