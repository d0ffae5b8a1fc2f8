import { describe, expect, test } from 'vitest';
import { deathOf, endsSeries } from '../../../src/sweep/death.ts';

const crash = (reason: string): Parameters<typeof deathOf>[0] => ({ kind: 'crashed', reason });
const refusal = (reason: string): Parameters<typeof deathOf>[0] => ({ kind: 'refused', reason });

describe('running out of memory', () => {
  test.each([
    ['the kernel killed it', crash('the worker was killed by SIGKILL')],
    [
      'C++ aborted',
      crash(
        "the worker was killed by SIGABRT; it last wrote: terminate called after throwing an instance of 'std::bad_alloc'",
      ),
    ],
    [
      'V8 aborted',
      crash(
        'the worker was killed by SIGABRT; it last wrote: FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
      ),
    ],
    [
      'ONNX Runtime',
      refusal(
        'Non-zero status code returned while running ConstantOfShape node. bfc_arena.cc:376 Failed to allocate memory for requested buffer of size 140737488355328',
      ),
    ],
    ['ONNX Runtime, too', refusal('std::bad_alloc')],
    ['ONNX Runtime without an arena', refusal('bad allocation')],
    [
      'PyTorch',
      refusal(
        "RuntimeError: [enforce fail at alloc_cpu.cpp:121] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 8589934592 bytes.",
      ),
    ],
    ['PyTorch on a GPU', refusal('OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 GiB.')],
    ['TensorFlow', refusal('OOM when allocating tensor with shape[256,64,112,112]')],
    ['V8', refusal('Array buffer allocation failed')],
    ['wasm', refusal('memory access out of bounds')],
    ['emscripten', refusal('Aborted(OOM)')],
  ])('is known where %s said so', (_, failure) => {
    expect(deathOf(failure, null).outcome).toBe('out-of-memory');
  });

  test('goes by the limit first, whatever the worker said', () => {
    const death = { outcome: 'out-of-memory', reason: 'needs more' };
    for (const failure of [crash('killed'), refusal('no such operator')])
      expect(deathOf(failure, 'needs more')).toEqual(death);
  });
});

test.each([
  ['crashed', 'the worker was killed by SIGSEGV'],
  ['refused', 'Got invalid dimensions for input: x'],
  ['refused', 'Cannot allocate names twice: relocated'],
  // The deadline kills by the same signal, and may cut a runtime short that had complained before.
  ['timed-out', 'run did not return within 5 s; the worker was killed'],
] as const)('nothing else is: %s, %s', (kind, reason) => {
  expect(deathOf({ kind, reason }, null)).toEqual({ outcome: kind, reason });
});

test('larger sizes are not tried after memory or time ran out, and are after a crash', () => {
  expect(endsSeries({ outcome: 'out-of-memory' }, 64)).toBe('not tried: memory ran out at batch 64');
  expect(endsSeries({ outcome: 'timed-out' }, 64)).toContain('batch 64');
  for (const outcome of ['measured', 'crashed', 'refused', 'fixed-axis', 'mismatch'] as const)
    expect(endsSeries({ outcome }, 64)).toBeNull();
});
