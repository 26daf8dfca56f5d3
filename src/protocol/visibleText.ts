/** How views show text of models and data: one way for all of them (base/visibleText.ts). */
export * from '../base/visibleText.ts';
