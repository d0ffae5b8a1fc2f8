/** Options of compare, as the command line hands them over. */

export interface CompareOptions {
  readonly backend?: readonly string[];
  readonly batch?: readonly string[];
  readonly threads: string;
  readonly inputs?: string;
  readonly seed: string;
  readonly dim?: readonly string[];
  readonly range?: readonly string[];
  readonly quantized?: boolean;
  readonly only?: 'parity';
  /** A sweep's: of resident memory of a process, such as 2GiB. */
  readonly memoryLimit?: string;
  /** A sweep's: constant against changing batch size, too. */
  readonly changing?: boolean;
  readonly json?: boolean;
}
