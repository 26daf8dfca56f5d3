/** How views write numbers: one way for all of them (base/format.ts). */
export * from '../base/format.ts';
