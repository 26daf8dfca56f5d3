/** The formats that a prompt leaves in, in words. */
import { byteSize } from '../../base/format.ts';
import { listText } from '../../base/markdown.ts';
import type { TrainingEvent } from '../../protocol/events.ts';
import type { ExportChoice, ExportFormat } from '../../protocol/exchange.ts';

/** What each format is for, in one line. */
const formatWords: Readonly<Record<ExportFormat, { title: string; detail: string }>> = {
  peft: {
    title: 'PEFT adapter',
    detail:
      'For Python with transformers and peft: adapter_config.json and adapter_model.safetensors',
  },
  tokens: {
    title: 'Model with new tokens',
    detail:
      'The model folder with a token for each vector, so that any program can type the prompt',
  },
  onnx: {
    title: 'One ONNX model',
    detail: 'The prompt is inside: tokens of the slots go in, scores of the answers come out',
  },
  json: {
    title: 'Vectors as JSON',
    detail: 'The exact numbers with the template and their places in it',
  },
  npy: {
    title: 'Vectors for NumPy',
    detail: 'A float32 array [virtual tokens, width]; template and places in a JSON file beside it',
  },
};

/** A line of the list of formats. */
export interface FormatItem {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
  readonly choice: ExportChoice;
}

/** The formats as a list: those that can hold the prompt first, the others with the reason. */
export function formatItems(choices: readonly ExportChoice[]): FormatItem[] {
  const items = choices.map((choice): FormatItem => {
    const { title, detail } = formatWords[choice.format];
    const { refusal } = choice;
    return refusal === undefined
      ? { label: title, description: choice.format, detail, choice }
      : {
          label: `$(circle-slash) ${title}`,
          description: `${choice.format} · not possible`,
          detail: listText(shortReason(refusal)),
          choice,
        };
  });
  return items.sort(
    (a, b) => Number(a.choice.refusal !== undefined) - Number(b.choice.refusal !== undefined),
  );
}

/** What stands behind the colon, since a list cuts what is long; choosing it tells all. */
function shortReason(refusal: string): string {
  const reason = refusal.slice(refusal.indexOf(': ') + 2);
  return refusal.includes(': ') ? `${reason[0]!.toUpperCase()}${reason.slice(1)}` : refusal;
}

/** How far an export is; undefined for events that do not tell. */
export function exportProgress(event: TrainingEvent): string | undefined {
  return event.type === 'exporting' ? `${byteSize(event.bytes)} of the model written` : undefined;
}
