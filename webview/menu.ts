/** A button that opens a menu, used as the menu button pattern of the ARIA authoring practices. */
import { h } from './element.ts';

export interface MenuItem {
  readonly text: string;
  readonly run: () => void;
}

/** @param items  asked for each time the menu opens */
export function menuButton(label: string, items: () => readonly MenuItem[]): HTMLElement {
  const menu = h('div', { class: 'menu', role: 'menu', 'aria-label': label, hidden: true });
  // The library's button does not tell whether its menu is open, so this is a plain one.
  const opener = h(
    'button',
    {
      type: 'button',
      class: 'opener',
      'aria-haspopup': 'menu',
      'aria-expanded': 'false',
      'aria-label': label,
      on: { click: () => (menu.hidden ? open() : close()) },
    },
    `${label} ▾`,
  );
  const choices = () => [...menu.querySelectorAll<HTMLElement>('[role=menuitem]')];
  const close = () => {
    menu.hidden = true;
    opener.setAttribute('aria-expanded', 'false');
  };
  const open = () => {
    menu.replaceChildren(
      ...items().map((item) => itemButton(item, () => (close(), opener.focus()))),
    );
    menu.hidden = false;
    opener.setAttribute('aria-expanded', 'true');
    choices()[0]?.focus();
  };
  const holder = h('div', { class: 'menu-holder' }, opener, menu);
  holder.addEventListener('focusout', ({ relatedTarget }) => {
    if (!holder.contains(relatedTarget as Node | null)) close();
  });
  opener.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown' || !menu.hidden) return;
    event.preventDefault();
    open();
  });
  menu.addEventListener('keydown', (event) => {
    const all = choices();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const places: Record<string, number> = {
      ArrowDown: (at + 1) % all.length,
      ArrowUp: (at + all.length - 1) % all.length,
      Home: 0,
      End: all.length - 1,
    };
    const to = places[event.key];
    if (event.key === 'Escape') {
      close();
      opener.focus();
    } else if (to !== undefined) {
      event.preventDefault();
      all[to]?.focus();
    }
  });
  return holder;
}

function itemButton({ text, run }: MenuItem, close: () => void): HTMLElement {
  const click = () => {
    close();
    run();
  };
  return h('button', { type: 'button', role: 'menuitem', tabindex: -1, on: { click } }, text);
}
