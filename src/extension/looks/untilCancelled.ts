/** What a look does when a person stops it. */
import { toPtuneError } from '../../base/errors.ts';
import { showMessage } from '../notify.ts';

/** What `look` gives; undefined when it was cancelled, which `said` tells. */
export async function untilCancelled<T>(
  said: string,
  look: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await look();
  } catch (thrown) {
    if (toPtuneError(thrown).kind !== 'cancelled') throw thrown;
    showMessage(said, []);
    return undefined;
  }
}
