/** When the nodes of a tree are known to the editor again, by a clock of its own. */
import { expect, it } from 'vitest';
import { Redrawing } from '../../src/extension/runs/redrawing.ts';

/** A tree, and how long who asks for its selection waits for it. */
function tree(duringSleep: (now: number, redrawing: Redrawing) => void = () => undefined) {
  let now = 10_000;
  const redrawing: Redrawing = new Redrawing(
    () => now,
    (ms) => {
      now += ms;
      duringSleep(now, redrawing);
      return Promise.resolve();
    },
  );
  const waited = async () => {
    const before = now;
    await redrawing.over();
    return now - before;
  };
  return { redrawing, waited, pass: (ms: number) => (now += ms) };
}

it('is not waited for where nothing is drawn, or was long ago', async () => {
  const { redrawing, waited, pass } = tree();
  expect(await waited()).toBe(0);
  redrawing.sign();
  pass(1000);
  expect(await waited()).toBe(0);
});

it('is waited for until the editor has asked for nothing more for a moment', async () => {
  const busy: boolean[] = [];
  const { redrawing, waited } = tree((now, one) => {
    // Nothing more is to be drawn meanwhile, or it would never be over.
    busy.push(one.isBusy);
    // The editor asks for prompts and for runs after it has been told.
    if (now === 10_100 || now === 10_200) one.sign();
  });
  redrawing.sign();
  expect(await waited()).toBe(600);
  expect(busy).toEqual(busy.map(() => true));
  expect(redrawing.isBusy).toBe(false);
});

it('is waited for while a node is made, which may read files', async () => {
  let finish = (): void => undefined;
  const { redrawing, waited } = tree((now) => {
    if (now === 11_000) finish();
  });
  const made = redrawing.draw(() => new Promise<void>((resolve) => (finish = resolve)));
  expect(redrawing.isBusy).toBe(true);
  expect(await waited()).toBeLessThanOrEqual(1050);
  await made;
  expect(redrawing.isBusy).toBe(false);
});

it('is not waited for longer than a person would, however often it begins', async () => {
  const { redrawing, waited } = tree((_, one) => one.sign());
  redrawing.sign();
  expect(await waited()).toBe(3000);
});
