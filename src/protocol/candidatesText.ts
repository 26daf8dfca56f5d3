/** From what an answer was chosen, in words: it stands beside every score. */
import { counted } from '../base/format.ts';
import type { Candidates } from './summary.ts';

/** "chosen among 52 candidate answers". */
export function candidatesText({ kind, count }: Candidates): string {
  switch (kind) {
    case 'answers':
      return `chosen among ${counted(count, 'candidate answer')}`;
    case 'vocabulary':
      return `chosen among all ${counted(count, 'token')}`;
    case 'file':
      return `chosen among ${counted(count, 'listed candidate')}`;
    case 'labels':
      return `chosen among ${counted(count, 'label')}`;
    case 'generate':
      return 'written freely, compared by exact match';
  }
}
