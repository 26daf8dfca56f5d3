/** Names of files that an import writes, none of which is there. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';

/** `name`, or with a number behind it, such that no file of that name has one of the endings. */
export async function freeName(
  folder: string,
  name: string,
  endings: readonly string[],
): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const own = attempt === 1 ? name : `${name}-${attempt}`;
    const taken = await Promise.all(
      endings.map((ending) =>
        access(join(folder, own + ending)).then(
          () => true,
          () => false,
        ),
      ),
    );
    if (!taken.includes(true)) return own;
  }
}
