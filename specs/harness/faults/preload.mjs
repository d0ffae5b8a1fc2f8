/**
 * Loaded into a worker process before its own code (NODE_OPTIONS=--import), to make it misbehave: ONPAR_FAULT=<fault>@<operation>
 * strikes when the worker has read that request; ONPAR_FAULT_PID names a file for the process's id. No code of onpar's knows about it.
 */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const replyFd = 4;
const [fault = '', operation = ''] = (process.env['ONPAR_FAULT'] ?? '').split('@');
const readSync = fs.readSync;
const writeSync = fs.writeSync;
let struck = false;

/** A frame by hand: these bytes must not depend on the encoder under test. */
function frame(header, payloadBytes = 0n) {
  const text = Buffer.from(header);
  const prefix = Buffer.alloc(12);
  prefix.writeUInt32LE(text.byteLength, 0);
  prefix.writeBigUInt64LE(payloadBytes, 4);
  return Buffer.concat([prefix, text]);
}

const sleep = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
const say = (bytes) => writeSync(replyFd, bytes);

function clockIs(change) {
  const { bigint } = process.hrtime;
  let reading = 0;
  process.hrtime.bigint = () => change(bigint(), (reading += 1));
}

const faults = {
  none: () => undefined,
  SIGSEGV: () => process.kill(process.pid, 'SIGSEGV'),
  SIGKILL: () => process.kill(process.pid, 'SIGKILL'),
  SIGABRT: () => process.abort(),
  exit: () => process.exit(0),
  complains: () => {
    writeSync(2, 'the library says: out of luck\n');
    process.exit(3);
  },
  'bad-alloc': () => {
    writeSync(2, "terminate called after throwing an instance of 'std::bad_alloc'\n  what():  std::bad_alloc\n");
    process.abort();
  },
  sleeps: sleep,
  // Of the sampler: it is loaded after the request for samples was read.
  'clock-back': () => clockIs((now, reading) => now - (reading % 5 === 0 ? 1_000_000n : 0n)),
  'clock-still': () => clockIs(() => 0n),
  garbage: () => (say(Buffer.from('this is no frame at all')), sleep()),
  'lying-prefix': () => (say(frame('{}', 2n ** 62n)), sleep()),
  'lying-header': () => (
    say(frame('{"id":1,"ok":true,"tensors":[{"name":"y","dtype":"float32","dims":[9]}]}')),
    sleep()
  ),
  'wrong-id': () => say(frame('{"id":99,"ok":true}')),
  twice: () => say(frame('{"id":1,"ok":true,"version":"0","provider":"none","seconds":0}')),
  noise: () => {
    for (const fd of [1, 2]) for (let line = 0; line < 3_000; line += 1) writeSync(fd, `${'noise '.repeat(20)}\n`);
  },
  orphan: () => {
    spawn(process.execPath, ['-e', 'setTimeout(() => {}, 20_000)'], { stdio: 'inherit', detached: true }).unref();
    process.exit(0);
  },
};

function readAndStrike(fd, buffer, ...place) {
  const count = readSync(fd, buffer, ...place);
  const strikes = !struck && fd === 3 && Buffer.from(buffer).includes(`"op":"${operation}"`);
  if (strikes) {
    struck = true;
    faults[fault]();
  }
  return count;
}

if (process.argv[1]?.endsWith('node-worker.js')) {
  if (faults[fault] === undefined) throw new Error(`no fault ${fault}`);
  const pidFile = process.env['ONPAR_FAULT_PID'];
  if (pidFile !== undefined) fs.writeFileSync(pidFile, `${process.pid}`);
  fs.readSync = readAndStrike;
  syncBuiltinESMExports();
}
