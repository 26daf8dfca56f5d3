/**
 * What a model's file may ask for. Far above what exporters write and far below what would exhaust a
 * machine, so that a file made to do harm ends in an error within seconds.
 */

/** Nodes of a file, those of inner graphs included; a model of 70 layers has some ten thousand. */
export const maximumNodes = 100_000;

/** Messages within messages of a file; a graph in a node's attribute is three levels down. */
export const maximumDepth = 48;

/** Fields of a file's messages, each number of a list counted. */
export const maximumFields = 1 << 21;

/** Bytes of a file beside the weights it keeps as raw data. */
export const maximumKeptBytes = 1 << 26;

/** Elements of all constants that are computed while a graph is built. */
export const maximumFoldedElements = 1 << 25;

/** Bytes of the largest value of a graph that is run. */
export const maximumValueBytes = 2 ** 36;

/** Nodes that are computed in the turns of loops while a graph is built. */
export const maximumLoopNodes = 1 << 19;
