/**
 * The messages of ONNX files as far as they are read and written here: field numbers and types of
 * onnx.proto (IR version 10), for protobufjs. Fields that are not named are skipped.
 */
import protobuf from 'protobufjs/light.js';

const field = (id: number, type: string) => ({ id, type });
const repeated = (id: number, type: string) => ({ id, type, rule: 'repeated' });

const root = protobuf.Root.fromJSON({
  nested: {
    StringStringEntry: { fields: { key: field(1, 'string'), value: field(2, 'string') } },
    OperatorSetId: { fields: { domain: field(1, 'string'), version: field(2, 'int64') } },
    Model: {
      fields: {
        irVersion: field(1, 'int64'),
        producerName: field(2, 'string'),
        producerVersion: field(3, 'string'),
        graph: field(7, 'Graph'),
        opsetImport: repeated(8, 'OperatorSetId'),
        functions: repeated(25, 'Function'),
      },
    },
    Function: {
      fields: {
        name: field(1, 'string'),
        input: repeated(4, 'string'),
        output: repeated(5, 'string'),
        node: repeated(7, 'Node'),
        opsetImport: repeated(9, 'OperatorSetId'),
        domain: field(10, 'string'),
        attributeProto: repeated(11, 'Attribute'),
        overload: field(13, 'string'),
      },
    },
    Graph: {
      fields: {
        node: repeated(1, 'Node'),
        name: field(2, 'string'),
        initializer: repeated(5, 'Tensor'),
        input: repeated(11, 'ValueInfo'),
        output: repeated(12, 'ValueInfo'),
      },
    },
    Node: {
      fields: {
        input: repeated(1, 'string'),
        output: repeated(2, 'string'),
        name: field(3, 'string'),
        opType: field(4, 'string'),
        attribute: repeated(5, 'Attribute'),
        domain: field(7, 'string'),
        overload: field(8, 'string'),
      },
    },
    Attribute: {
      fields: {
        name: field(1, 'string'),
        f: field(2, 'float'),
        i: field(3, 'int64'),
        s: field(4, 'bytes'),
        t: field(5, 'Tensor'),
        g: field(6, 'Graph'),
        floats: repeated(7, 'float'),
        ints: repeated(8, 'int64'),
        strings: repeated(9, 'bytes'),
        type: field(20, 'int32'),
        refAttrName: field(21, 'string'),
      },
    },
    Tensor: {
      fields: {
        dims: repeated(1, 'int64'),
        dataType: field(2, 'int32'),
        floatData: repeated(4, 'float'),
        int32Data: repeated(5, 'int32'),
        int64Data: repeated(7, 'int64'),
        name: field(8, 'string'),
        rawData: field(9, 'bytes'),
        doubleData: repeated(10, 'double'),
        uint64Data: repeated(11, 'uint64'),
        externalData: repeated(13, 'StringStringEntry'),
        dataLocation: field(14, 'int32'),
      },
    },
    ValueInfo: { fields: { name: field(1, 'string'), type: field(2, 'Type') } },
    Type: { fields: { tensorType: field(1, 'TensorTypeProto') } },
    TensorTypeProto: { fields: { elemType: field(1, 'int32'), shape: field(2, 'ShapeProto') } },
    ShapeProto: { fields: { dim: repeated(1, 'Dimension') } },
    Dimension: { fields: { dimValue: field(1, 'int64'), dimParam: field(2, 'string') } },
  },
});

/** The codec of a whole file. */
export const ModelProto = root.lookupType('Model');

/** protobufjs gives 64-bit integers as Long objects. */
export type Int64 = number | { toNumber(): number };

export interface TensorMessage {
  dims?: Int64[];
  dataType?: number;
  floatData?: number[];
  int32Data?: number[];
  int64Data?: Int64[];
  name?: string;
  rawData?: Uint8Array;
  doubleData?: number[];
  uint64Data?: Int64[];
  externalData?: { key: string; value: string }[];
  dataLocation?: number;
}

export interface AttributeMessage {
  name: string;
  f?: number;
  i?: Int64;
  s?: Uint8Array;
  t?: TensorMessage;
  g?: GraphMessage;
  floats?: number[];
  ints?: Int64[];
  strings?: Uint8Array[];
  type?: number;
  /** In a function: the attribute of the call that takes its place. */
  refAttrName?: string;
}

export interface NodeMessage {
  input?: string[];
  output?: string[];
  name?: string;
  opType: string;
  attribute?: AttributeMessage[];
  domain?: string;
  overload?: string;
}

export interface FunctionMessage {
  name?: string;
  input?: string[];
  output?: string[];
  node?: NodeMessage[];
  opsetImport?: OperatorSetMessage[];
  domain?: string;
  /** Attributes with the values that they have where a call gives none. */
  attributeProto?: AttributeMessage[];
  overload?: string;
}

export interface OperatorSetMessage {
  domain?: string;
  version?: Int64;
}

export interface ValueInfoMessage {
  name: string;
  type?: {
    tensorType?: {
      elemType?: number;
      shape?: { dim?: { dimValue?: Int64; dimParam?: string }[] };
    };
  };
}

export interface GraphMessage {
  node?: NodeMessage[];
  name?: string;
  initializer?: TensorMessage[];
  input?: ValueInfoMessage[];
  output?: ValueInfoMessage[];
}

export interface ModelMessage {
  irVersion?: Int64;
  producerName?: string;
  producerVersion?: string;
  graph?: GraphMessage;
  opsetImport?: OperatorSetMessage[];
  functions?: FunctionMessage[];
}

/** ONNX's numbers of attribute types. */
export const attributeTypes = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
} as const;
