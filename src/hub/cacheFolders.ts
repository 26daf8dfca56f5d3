/** Where models of the Hugging Face Hub lie on a machine. */
import { join } from 'node:path';
import type { Environment } from './hubAccess.ts';

/**
 * The folder of ptune's own cache: `PTUNE_CACHE`, else one in the platform's folder for caches.
 *
 * @param environment the process's variables; `XDG_CACHE_HOME` and `LOCALAPPDATA` are read, too
 * @param home the user's home folder
 */
export function ownCache(
  environment: Environment,
  home: string,
  platform: NodeJS.Platform = process.platform,
): string {
  const { PTUNE_CACHE: own, LOCALAPPDATA: local } = environment;
  if (own) return own;
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'ptune');
  if (platform === 'win32') return join(local || join(home, 'AppData', 'Local'), 'ptune', 'Cache');
  return join(environment['XDG_CACHE_HOME'] || join(home, '.cache'), 'ptune');
}

/**
 * The folders in which a Hub model may lie: ptune's own cache, then that of huggingface_hub.
 *
 * @param environment also `HF_HUB_CACHE` and `HF_HOME` are read
 */
export function modelCaches(
  environment: Environment,
  home: string,
  platform: NodeJS.Platform = process.platform,
): string[] {
  const general = environment['XDG_CACHE_HOME'] || join(home, '.cache');
  const huggingFace = environment['HF_HOME'] || join(general, 'huggingface');
  return [
    ownCache(environment, home, platform),
    environment['HF_HUB_CACHE'] || join(huggingFace, 'hub'),
  ];
}
