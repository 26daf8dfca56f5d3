/**
 * A model with a prompt inside, as a graph whose lengths stay open: the tokens of the slots go in,
 * the scores of the answers come out.
 *
 *   B rows of a batch   T tokens of an input   V vocabulary   G groups of words   W words   K answers
 */
import { int, type Graph, type ValueInfo } from '../../onnx/graph.ts';
import type { LanguageModel } from '../../model/languageModel.ts';
import { cacheInputs } from '../../model/deepPrompt.ts';
import type { AnswerWords, WordGroup } from './answerWords.ts';
import { NodeMaker } from './nodeMaker.ts';
import type { PromptLayout, Stretch } from './promptLayout.ts';

/** What a prompt's graph is made from. */
export interface GraphInputs {
  readonly lm: LanguageModel;
  readonly layout: PromptLayout;
  /** The name of the graph's input for each text of the layout. */
  readonly names: ReadonlyMap<Stretch, string>;
  readonly words: AnswerWords;
  /** Every token is an answer; there are no words then. */
  readonly wholeVocabulary: boolean;
  /** Behind everything, of a model that reads on behind the answer. */
  readonly suffixIds: readonly number[];
  /** Keys and values of a deep prompt, float32 [P, width]. */
  readonly deep?: Float32Array;
}

/** `graph` with the prompt around it. */
export function withPrompt(graph: Graph, inputs: GraphInputs): Graph {
  return new PromptGraph(inputs).around(graph);
}

class PromptGraph {
  readonly #in: GraphInputs;
  readonly #before = new NodeMaker('prompt');
  readonly #after = new NodeMaker('answer');
  readonly #batch: string;

  constructor(inputs: GraphInputs) {
    this.#in = inputs;
    const [first] = inputs.names.values();
    this.#batch = this.#before.length(first!, 0);
  }

  around(graph: Graph): Graph {
    const { names, words, wholeVocabulary } = this.#in;
    const start = this.#feeds();
    const perGroup = words.groups.map((group, g) => this.#logProbabilities(graph, group, g, start));
    const a = this.#after;
    const scores = wholeVocabulary ? perGroup[0]![0]! : this.#candidateScores(perGroup);
    a.name(scores, 'scores');
    a.op('Softmax', [scores], { axis: int(1) }, 'probabilities');
    const logits = graph.outputs.find(({ name }) => name === this.#in.lm.logits);
    const count = wholeVocabulary ? (logits?.shape[2] ?? '') : words.candidates.length;
    const ends = ['scores', 'probabilities'].map((name): ValueInfo => ({
      name,
      dtype: 'float32',
      shape: ['batch', count],
    }));
    const starts = [...names.values()].map((name): ValueInfo => ({
      name,
      dtype: 'int64',
      shape: ['batch', `${name}_length`],
    }));
    return NodeMaker.around(graph, this.#before, a, starts, ends);
  }

  /** The values that the model takes; gives the number of tokens before the answer, int64 [1]. */
  #feeds(): string {
    const { lm, layout, words, suffixIds, deep } = this.#in;
    const b = this.#before;
    const value = (stretch: Stretch) =>
      stretch.kind === 'text' ? this.#in.names.get(stretch)! : b.rows(stretch.ids, this.#batch);
    const isEmpty = (stretch: Stretch) => stretch.kind === 'ids' && stretch.ids.length === 0;
    const filled = (list: readonly Stretch[]) => list.filter((one) => !isEmpty(one)).map(value);
    const before = b.concat(filled(layout.before), 1);
    const suffix: Stretch = { kind: 'ids', ids: suffixIds };
    const after = lm.causal ? [] : filled([...layout.after, suffix]);
    const longest = Math.max(...words.groups.map(({ place }) => place.length));
    const ids: string[] = [];
    const masks: string[] = [];
    for (const { place } of words.groups) {
      const own = place.length === 0 ? [] : [b.rows(place, this.#batch)];
      const row = b.concat([before, ...own, ...after], 1);
      const padding = new Array<number>(longest - place.length).fill(0);
      const pad = padding.length === 0 ? [] : [b.rows(padding, this.#batch)];
      ids.push(b.concat([row, ...pad], 1));
      masks.push(b.concat([b.like(row, 1), ...pad], 1));
    }
    const all = b.op('Identity', [b.concat(ids, 0)], {}, lm.inputs.inputIds);
    this.#maskAndPlaces(all, b.concat(masks, 0));
    if (deep) this.#deepCache(deep, b.length(all, 0));
    else this.#emptyCache(b.length(all, 0));
    return b.length(before, 1);
  }

  #maskAndPlaces(ids: string, mask: string): void {
    const { attentionMask, tokenTypeIds, positionIds } = this.#in.lm.inputs;
    const b = this.#before;
    const virtual = this.#deepCount();
    if (attentionMask) {
      const ones = new Array<number>(virtual).fill(1);
      const parts = virtual === 0 ? [mask] : [b.rows(ones, b.length(ids, 0)), mask];
      b.name(b.concat(parts, 1), attentionMask);
    }
    if (tokenTypeIds) b.name(b.like(ids, 0), tokenTypeIds);
    if (positionIds) {
      const counted = b.op('CumSum', [b.like(ids, 1), b.constant('int64', [], [1])]);
      b.name(b.op('Add', [counted, b.ints([virtual - 1])]), positionIds);
    }
  }

  /** Keys and values that stand before every token. */
  #deepCache(vectors: Float32Array, rows: string): void {
    const b = this.#before;
    const { lm } = this.#in;
    const caches = cacheInputs(lm);
    const width = caches.reduce((sum, { heads, headWidth }) => sum + heads * headWidth, 0);
    const count = vectors.length / width;
    let offset = 0;
    for (const { name, heads, headWidth } of caches) {
      const from = offset;
      const values = Float64Array.from({ length: heads * count * headWidth }, (_, i) => {
        const head = Math.floor(i / (count * headWidth));
        const row = Math.floor(i / headWidth) % count;
        return vectors[row * width + from + head * headWidth + (i % headWidth)]!;
      });
      const dtype = lm.inputs.past.find((past) => past.name === name)!.dtype;
      const constant = b.constant(dtype, [1, heads, count, headWidth], values);
      const shape = b.concat([rows, b.ints([heads, count, headWidth])], 0);
      b.op('Expand', [constant, shape], {}, name);
      offset += heads * headWidth;
    }
  }

  #emptyCache(rows: string): void {
    const b = this.#before;
    for (const { name, dtype, shape } of this.#in.lm.inputs.past) {
      const rest = shape.slice(1).map((size) => (typeof size === 'number' ? size : 0));
      const value = { dtype, shape: [1], data: Float64Array.of(0) };
      const attributes = { value: { kind: 'tensor', value } } as const;
      b.op('ConstantOfShape', [b.concat([rows, b.ints(rest)], 0)], attributes, name);
    }
  }

  #deepCount(): number {
    const { deep, lm } = this.#in;
    if (!deep) return 0;
    const width = cacheInputs(lm).reduce((sum, { heads, headWidth }) => sum + heads * headWidth, 0);
    return deep.length / width;
  }

  /** Log-probabilities at each place of a group's answers, float32 [B, V]. */
  #logProbabilities(graph: Graph, group: WordGroup, index: number, start: string): string[] {
    const { lm, words } = this.#in;
    const a = this.#after;
    const type = graph.outputs.find(({ name }) => name === lm.logits)?.dtype;
    const logits = type === 'float32' ? lm.logits : a.op('Cast', [lm.logits], { to: int(1) });
    const times = (n: number) => a.op('Mul', [this.#batch, a.ints([n])]);
    const own =
      words.groups.length === 1
        ? logits
        : a.op('Slice', [logits, times(index), times(index + 1), a.ints([0])]);
    return Array.from({ length: group.length }, (_, j) => {
      const place = a.op('Add', [start, a.ints([lm.causal ? j - 1 : j])]);
      const row = a.op('Gather', [own, place], { axis: int(1) });
      const flat = a.op('Reshape', [row, a.ints([0, -1])]);
      return a.op('LogSoftmax', [flat], { axis: int(1) });
    });
  }

  /** Mean log-probability of each answer, float32 [B, K]. */
  #candidateScores(perGroup: readonly (readonly string[])[]): string {
    const { groups, candidates } = this.#in.words;
    const a = this.#after;
    const ofGroups = groups.map(({ words, length }, g) => {
      const picked = perGroup[g]!.map((row, j) =>
        a.op('Gather', [row, a.ints(words.map((ids) => ids[j]!))], { axis: int(1) }),
      );
      const sum = picked.reduce((x, y) => a.op('Add', [x, y]));
      return length === 1 ? sum : a.op('Mul', [sum, a.constant('float32', [], [1 / length])]);
    });
    const scores = a.concat(ofGroups, 1);
    const count = groups.reduce((sum, { words }) => sum + words.length, 0);
    if (candidates.every(({ words }) => words.length === 1)) {
      const order = candidates.map(({ words }) => words[0]!);
      return a.op('Gather', [scores, a.ints(order)], { axis: int(1) });
    }
    const average = new Float64Array(count * candidates.length);
    candidates.forEach(({ words }, k) => {
      for (const word of words) average[word * candidates.length + k]! += 1 / words.length;
    });
    const matrix = a.constant('float32', [count, candidates.length], average);
    return a.op('MatMul', [scores, matrix]);
  }
}
