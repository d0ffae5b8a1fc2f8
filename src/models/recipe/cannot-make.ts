import { BadInput } from '../../schema/bad-input.ts';

/** A file that a recipe would make, if its tools or the room for it were here: its row says why there is none. */
export class CannotMake extends BadInput {}
