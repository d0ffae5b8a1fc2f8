/** Fills the first input with numbers in [0, 1): symbolic axes get `batch` rows. */
module.exports = (ort, session, batch) => {
  const { name, shape } = session.inputMetadata[0];
  const dims = shape.map((axis) => (typeof axis === 'number' && axis > 0 ? axis : batch));
  const data = new Float32Array(dims.reduce((product, axis) => product * axis, 1));
  for (let index = 0; index < data.length; index += 1) data[index] = Math.random();
  return { [name]: new ort.Tensor('float32', data, dims) };
};
