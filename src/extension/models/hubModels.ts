/**
 * Models of the Hub that prompts can be trained on, for people who have none in mind yet. docs/hub.md
 * says where each size was read.
 */

/** One such model. */
export interface HubModel {
  readonly id: string;
  readonly family: string;
  readonly dtype?: 'fp16';
  /** Of the ONNX files that training downloads, with their weights. */
  readonly bytes: number;
}

/** Small ones first within each kind. */
export const hubModels: readonly HubModel[] = [
  { id: 'Xenova/distilbert-base-uncased', family: 'DistilBERT, masked', bytes: 268e6 },
  { id: 'Xenova/bert-base-uncased', family: 'BERT, masked', bytes: 438e6 },
  { id: 'Xenova/roberta-base', family: 'RoBERTa, masked', bytes: 499e6 },
  { id: 'Xenova/gpt2', family: 'GPT-2, causal', bytes: 501e6 },
  { id: 'Xenova/opt-125m', family: 'OPT, causal', bytes: 501e6 },
  {
    id: 'HuggingFaceTB/SmolLM2-135M-Instruct',
    family: 'SmolLM2, causal, chat',
    bytes: 654e6,
  },
  {
    id: 'onnx-community/Qwen2.5-0.5B-Instruct',
    family: 'Qwen2.5, causal, chat',
    bytes: 1.99e9,
  },
  {
    id: 'onnx-community/Llama-3.2-1B-Instruct',
    family: 'Llama 3.2, causal, chat',
    dtype: 'fp16',
    bytes: 2.47e9,
  },
  { id: 'Xenova/t5-small', family: 'T5, encoder-decoder', bytes: 308e6 },
];

/** Above this, weights are not copied into a faster layout (docs/decisions/0041-prepacking.md). */
const mostCopied = 625e6;

/**
 * About how many bytes of memory a training takes: the file's pages, two copies of weights that are
 * small enough for that, those of 16 bits again in 32, and what the process and a batch need.
 */
export function memoryNeed({ bytes, dtype }: HubModel): number {
  const copies = dtype === 'fp16' || bytes <= mostCopied ? 2 : 0;
  return bytes * (1 + copies) + 3e8;
}
