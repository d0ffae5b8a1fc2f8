/** The one error of the readers in this folder: the file is not what it says, or not of a kind they read. */

export class MalformedFile extends Error {
  override readonly name = 'MalformedFile';
}
