/** A model of every architecture as its exporter lays it out, over the operator sets. */
import { bloom, gptBigCode, gptj, gptNeoX, llama } from './causal.ts';
import { Layout } from './layout.ts';
import {
  bert,
  deberta,
  mobilebert,
  mpnet,
  narrow,
  roberta,
  roformer,
  squeezebert,
} from './masked.ts';

/** An architecture in one operator set. */
export interface Architecture {
  readonly name: string;
  readonly opset: number;
  readonly causal: boolean;
  /** Adds the nodes; gives the logits. */
  readonly make: (layout: Layout) => string;
}

const masked = (name: string, opset: number, make: Architecture['make']): Architecture => ({
  name,
  opset,
  causal: false,
  make,
});

const causal = (name: string, opset: number, make: Architecture['make']): Architecture => ({
  name,
  opset,
  causal: true,
  make,
});

export const architectures: readonly Architecture[] = [
  masked('BERT', 11, bert),
  masked('BERT', 21, bert),
  masked('RoBERTa, XLM-R, CamemBERT', 12, roberta),
  masked('ALBERT, ELECTRA', 13, narrow),
  masked('MPNet', 14, mpnet),
  masked('MobileBERT', 15, mobilebert),
  masked('SqueezeBERT', 16, squeezebert),
  masked('DeBERTa', 17, deberta),
  masked('DeBERTa v2', 18, (l) => deberta(l, true)),
  masked('RoFormer', 19, roformer),
  causal('GPT-J, CodeGen', 14, gptj),
  causal('GPT-NeoX', 20, gptNeoX),
  causal('GPT-BigCode', 11, gptBigCode),
  causal('BLOOM', 13, bloom),
  causal('LLaMA, Qwen2', 18, llama),
  causal('LLaMA, Qwen2', 23, llama),
  causal('Mistral', 16, (l) => llama(l, { window: 3 })),
  causal('Gemma', 21, (l) => llama(l, { isGemma: true })),
];

/** The bytes of an architecture's file: input_ids, attention_mask → logits. */
export function architectureBytes({ opset, make }: Architecture): Uint8Array {
  const layout = new Layout(opset);
  return layout.bytes(make(layout));
}
