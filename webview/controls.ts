/** The controls of the page, the only module that knows the library they come from. */
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';
import { custom, h } from './element.ts';

/** Defines the custom elements; once, before any of them is made. */
export function registerControls(): void {
  provideVSCodeDesignSystem().register(
    vsCodeButton(),
    vsCodeDropdown(),
    vsCodeOption(),
    vsCodeTextField(),
  );
}

/** A push button. */
export function button(label: string, onClick: () => void): HTMLElement {
  return custom('vscode-button', { appearance: 'secondary', on: { click: onClick } }, label);
}

/** Text that does something when it is pressed. */
export function link(text: Node | string, title: string, onClick: () => void): HTMLElement {
  return h('button', { type: 'button', class: 'link', title, on: { click: onClick } }, text);
}

/** A text field that reports every change of its text. */
export function searchField(
  label: string,
  value: string,
  onInput: (text: string) => void,
): HTMLElement {
  const field = custom('vscode-text-field', {
    class: 'search',
    placeholder: label,
    size: 24,
    value,
    on: { input: (event) => onInput((event.target as HTMLInputElement).value) },
  });
  // The field names itself "Text field" when it joins the page, so it is named after that.
  queueMicrotask(() => field.setAttribute('aria-label', label));
  return field;
}

/** A text field with its label above it, that reports every change of its text. */
export function textField(
  label: string,
  value: string,
  onInput: (text: string) => void,
): HTMLElement {
  return custom(
    'vscode-text-field',
    {
      size: 28,
      value,
      on: { input: (event) => onInput((event.target as HTMLInputElement).value) },
    },
    label,
  );
}

/** A list of which one is chosen, with its label before it. */
export function dropdown(
  label: string,
  options: readonly string[],
  chosen: number,
  onChange: (index: number) => void,
): HTMLElement {
  const list = custom(
    'vscode-dropdown',
    {
      'aria-label': label,
      on: {
        change: (event) => onChange((event.target as HTMLSelectElement).selectedIndex),
      },
    },
    ...options.map((option, i) => custom('vscode-option', { selected: i === chosen }, option)),
  );
  return h('span', { class: 'labelled' }, h('span', { 'aria-hidden': 'true' }, label), list);
}

/** A button that is pressed or not; its title says what pressing it does. */
export function toggle(
  text: string,
  title: string,
  pressed: boolean,
  onChange: (pressed: boolean) => void,
): HTMLElement {
  const control = h(
    'button',
    {
      type: 'button',
      class: 'chip',
      title,
      'aria-pressed': String(pressed),
      on: {
        click: () => {
          const next = control.getAttribute('aria-pressed') !== 'true';
          control.setAttribute('aria-pressed', String(next));
          onChange(next);
        },
      },
    },
    text,
  );
  return control;
}

/** Buttons of which exactly one is pressed. */
export function choice<T extends string>(
  label: string,
  options: readonly { readonly value: T; readonly text: string }[],
  chosen: T,
  onChange: (value: T) => void,
): HTMLElement {
  const buttons = options.map(({ value, text }) =>
    h(
      'button',
      {
        type: 'button',
        class: 'chip',
        'aria-pressed': String(value === chosen),
        on: {
          click: () => {
            buttons.forEach((other, i) =>
              other.setAttribute('aria-pressed', String(options[i]!.value === value)),
            );
            onChange(value);
          },
        },
      },
      text,
    ),
  );
  return h('div', { class: 'choice', role: 'group', 'aria-label': label }, ...buttons);
}
