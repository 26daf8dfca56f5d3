/** What a file holds beside the fields that are read is stepped over. */
import protobuf from 'protobufjs/light.js';
import { expect, test } from 'vitest';
import { GraphMaker, readBytes } from '../support/graphMaker.ts';

test('texts and numbers of fields that are not read leave the model as it is', () => {
  const g = new GraphMaker();
  g.name(g.op('Neg', ['x']), 'y');
  const info = (name: string) => ({ name, dtype: 'float32', shape: [2] }) as const;
  const bytes = g.bytes([info('x')], [info('y')], 17);
  // ModelProto: domain, model_version and doc_string, one of them longer than a byte can say.
  const more = protobuf.Writer.create()
    .uint32((4 << 3) | 2)
    .string('com.example')
    .uint32(5 << 3)
    .int64(7)
    .uint32((6 << 3) | 2)
    .string('a text '.repeat(40));
  const model = readBytes(new Uint8Array([...more.finish(), ...bytes, ...more.finish()]));
  expect(model.graph).toEqual(readBytes(bytes).graph);
  expect(model.graph.nodes.map(({ op }) => op)).toEqual(['Neg', 'Identity']);
});

test('a tensor that says that its data are in the file has them there', () => {
  const data = Float32Array.from({ length: 100 }, (_, i) => i);
  const raw = new Uint8Array(data.buffer);
  const write = (tensor: (writer: protobuf.Writer) => void) => {
    const writer = protobuf.Writer.create();
    writer.uint32(1 << 3).int64(100);
    writer.uint32(2 << 3).int32(1);
    writer.uint32((8 << 3) | 2).string('weight');
    tensor(writer);
    return writer.finish();
  };
  const location = (writer: protobuf.Writer, value: number) => writer.uint32(14 << 3).int32(value);
  const rawData = (writer: protobuf.Writer) => writer.uint32((9 << 3) | 2).bytes(raw);
  for (const tensor of [
    write((w) => location(rawData(w), 0)),
    write((w) => rawData(location(w, 0))),
  ]) {
    const g = new GraphMaker();
    g.name(g.op('Add', ['x', 'weight']), 'y');
    const info = (name: string) => ({ name, dtype: 'float32', shape: [100] }) as const;
    const graph = protobuf.Writer.create()
      .uint32((5 << 3) | 2)
      .bytes(tensor)
      .finish();
    // A second part of the same field adds to the first.
    const more = protobuf.Writer.create()
      .uint32((7 << 3) | 2)
      .bytes(graph)
      .finish();
    const bytes = new Uint8Array([...g.bytes([info('x')], [info('y')], 17), ...more]);
    const model = readBytes(bytes);
    const weight = model.graph.initializers.get('weight');
    expect(weight).toMatchObject({ shape: [100], length: 400 });
    if (weight && 'location' in weight) expect(model.readStored(weight)).toEqual(raw);
  }
});
