/** Where models of the Hugging Face Hub lie on a machine. */
import { join } from 'node:path';

/**
 * The folders in which a Hub model may lie: ptune's own cache, then that of huggingface_hub.
 *
 * @param environment the process's variables; `PTUNE_CACHE`, `XDG_CACHE_HOME`, `HF_HUB_CACHE` and
 *   `HF_HOME` are read
 * @param home the user's home folder
 */
export function modelCaches(
  environment: Readonly<Record<string, string | undefined>>,
  home: string,
): string[] {
  const general = environment['XDG_CACHE_HOME'] ?? join(home, '.cache');
  const own = environment['PTUNE_CACHE'] ?? join(general, 'ptune', 'models');
  const huggingFace = environment['HF_HOME'] ?? join(general, 'huggingface');
  return [own, environment['HF_HUB_CACHE'] ?? join(huggingFace, 'hub')];
}
