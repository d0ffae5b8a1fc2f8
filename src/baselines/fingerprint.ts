/**
 * Which machines have comparable absolute latencies: hardware, operating system and quota. Node, runtimes and artifacts are the subject,
 * not the machine, and are left out. Pure; `read-machine.ts` collects the facts.
 */
import { createHash } from 'node:crypto';
import { dispatchFlags, isaClassOf } from './isa.ts';

/** Unknown facts are null (or empty), never guessed. */
export interface MachineFacts {
  /** As the maker writes it, such as `AMD EPYC 7B13`. */
  readonly cpu: string;
  readonly vendor: string | null;
  readonly family: string | null;
  readonly model: string | null;
  readonly stepping: string | null;
  readonly arch: string;
  readonly flags: readonly string[];
  /** Such as `L2 unified 1024K`. */
  readonly caches: readonly string[];
  /** Logical processors. */
  readonly cores: number;
  /** Processors' worth of time that the control group allows; null without a limit. */
  readonly quota: number | null;
  readonly virtual: 'virtual' | 'bare' | 'unknown';
  readonly os: string;
  readonly kernel: string;
}

export interface Machine {
  /** Id and folder name, such as `amd-epyc-25-17-avx512-vnni-2c-linux-1a2b3c4d`. */
  readonly fingerprint: string;
  /** Instruction-set class. */
  readonly isa: string;
  readonly facts: MachineFacts;
}

export const fingerprintOf = (reported: MachineFacts): Machine => {
  const facts = { ...reported, flags: dispatchFlags.filter((flag) => reported.flags.includes(flag)) };
  const isa = isaClassOf(facts.arch, facts.flags);
  const parts = [
    nameOf(facts),
    facts.family,
    facts.model,
    isa.replace(/^x64-/, ''),
    `${facts.cores}c`,
    facts.os,
    hashOf(facts),
  ];
  return {
    fingerprint: parts
      .filter((part) => part !== null && part !== '')
      .map((part) => slug(String(part)))
      .join('-'),
    isa,
    facts,
  };
};

/** Maker and line: `AMD EPYC 7B13 64-Core Processor` -> `amd-epyc-7b13`, `Intel(R) Xeon(R) Processor @ 2.60GHz` -> `intel-xeon`. */
const nameOf = ({ cpu, arch }: MachineFacts): string => {
  const words = cpu
    .replace(/\((?:r|tm)\)/gi, ' ')
    .replace(/@.*$/, '')
    .split(/\s+/)
    .filter((word) => word !== '' && !/^(?:cpu|processor|\d+-core|with|unknown)$/i.test(word));
  return slug(words.slice(0, 3).join('-')) || arch;
};

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

/** Eight hexadecimal digits over every fact, in one order whatever order they came in. */
const hashOf = (facts: MachineFacts): string => {
  const canonical = Object.entries({ ...facts, caches: [...facts.caches].sort(byCodeUnit) }).sort(
    ([a], [b]) => byCodeUnit(a, b),
  );
  return createHash('sha256').update(JSON.stringify(canonical)).digest('hex').slice(0, 8);
};

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
