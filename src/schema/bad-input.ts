/** What a person handed over cannot be used (exit code 2). Says what is wrong, where, and the way back; refuses to be vague: all three are needed. */

export interface BadInputParts {
  readonly what: string;
  /** file:line:column, file, option or environment variable. */
  readonly where: string;
  /** What to do about it, as a sentence or a command. */
  readonly fix: string;
}

export class BadInput extends Error {
  readonly what: string;
  readonly where: string;
  readonly fix: string;

  constructor(parts: BadInputParts, options?: ErrorOptions) {
    super(`${parts.where}: ${parts.what}\n  ${parts.fix}`, options);
    this.name = 'BadInput';
    this.what = parts.what;
    this.where = parts.where;
    this.fix = parts.fix;
  }
}
