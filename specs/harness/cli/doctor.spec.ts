import { afterAll, expect, test } from 'vitest';
import { render } from '../../../src/cli/doctor.ts';
import { modelOpsets } from '../../../src/cli/opsets.ts';
import { bytes, graphOf, int, message } from '../support/onnx.ts';
import { newProject } from '../support/project.ts';

const project = newProject();
afterAll(() => project.remove());

const here = { available: true, version: '1.30.0', provider: 'CPUExecutionProvider' } as const;
const driver = { kind: 'hardware', name: 'Driver', found: null, lacks: 'no device', fix: 'buy it' } as const;
const library = {
  kind: 'library',
  name: 'cuDNN 9',
  found: null,
  lacks: 'no libcudnn.so.9',
  fix: 'install it',
} as const;
const gone = { available: false, broken: null, reason: 'Driver: no device', bring: 'buy it' } as const;
const finding = { bring: '', needs: [], opset: null, beyond: [] };

test('what a backend needs is listed where it was named, or where its hardware is here', () => {
  const [cuda, half] = [
    { ...finding, id: 'a/cuda', state: gone, bring: 'buy it', needs: [driver, library] },
    {
      ...finding,
      id: 'b/cuda',
      state: gone,
      bring: 'install it',
      needs: [{ ...driver, found: '550.1', lacks: null }, library],
    },
  ];
  expect(render([cuda!], true, false)).not.toContain('cuDNN');
  expect(render([cuda!], true, true)).toContain('· cuDNN 9: no libcudnn.so.9   ->  install it');
  expect(render([half!], true, false)).toMatch(/✓ Driver: 550\.1\n +· cuDNN 9: no libcudnn/);
});

test('an artifact with a later opset than the runtime supports is told by name', async () => {
  const at = (opset: number): Uint8Array => message(bytes(7, graphOf({ nodes: [] })), bytes(8, message(int(2, opset))));
  const file = project.put('fixtures/models/linear/late.onnx', at(99));
  const artifacts = { late: { format: 'onnx', precision: 'float32', files: [file] } };
  project.card('linear', { artifacts });
  expect(await modelOpsets(project.root)).toEqual(new Map([['linear/late', 99]]));
  project.put('fixtures/models/broken/model.json', '{');
  expect((await modelOpsets(project.root)).size).toBe(1);

  const told = render(
    [{ ...finding, id: 'ort-node/cpu', state: here, opset: 26, beyond: ['linear/late (opset 99)'] }],
    true,
    false,
  );
  expect(told).toContain('CPUExecutionProvider   ONNX opset up to 26');
  expect(told).toContain('! beyond its opset: linear/late (opset 99)');
});
