/** The beta distribution, and what follows from it: exact bounds of a proportion, and Student's t. */

/** ln gamma, for arguments from 0.5 up: Lanczos' series with g = 7 and nine terms (Godfrey, 2001), good to 1e-14. */
function lnGamma(x) {
  const series = lanczos.reduce((sum, term, index) => sum + term / (x + index), 0.9999999999998099);
  const t = x + 6.5;
  return (x - 0.5) * Math.log(t) - t + Math.log(Math.sqrt(2 * Math.PI) * series);
}

const lanczos = [
  676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
];

/** P(X <= x) of Beta(a, b): the continued fraction of Numerical Recipes, 3rd ed., 6.4. */
export function betaAtMost(x, a, b) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(lnGamma(a + b) - lnGamma(a) - lnGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  return x < (a + 1) / (a + b + 2) ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(1 - x, b, a)) / b;
}

function fraction(x, a, b) {
  const tiny = 1e-300;
  const away = (value) => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let h = d;
  for (let m = 1; m <= 10_000; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    for (const term of [even, odd]) {
      d = 1 / away(1 + term * d);
      c = away(1 + term / c);
      h *= d * c;
    }
    if (Math.abs(d * c - 1) < 1e-15) return h;
  }
  throw new Error(`the beta function of ${x}, ${a}, ${b} does not converge`);
}

/** By bisection: slow, and right wherever the distribution is. */
function betaQuantile(p, a, b) {
  let [low, high] = [0, 1];
  for (let step = 0; step < 200 && high - low > 1e-15 * high; step += 1) {
    const middle = (low + high) / 2;
    if (betaAtMost(middle, a, b) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * One-sided bounds of a proportion, each of which holds at `level` (Clopper and Pearson, 1934).
 * @param {number} hits @param {number} n @returns {{ low: number, high: number }}
 */
export function proportionBounds(hits, n, level = 0.95) {
  if (!(Number.isInteger(hits) && Number.isInteger(n) && hits >= 0 && hits <= n))
    throw new RangeError(`${hits} of ${n} is no proportion`);
  return {
    low: hits === 0 ? 0 : betaQuantile(1 - level, hits, n - hits + 1),
    high: hits === n ? 1 : betaQuantile(level, hits + 1, n - hits),
  };
}

const quantiles = new Map();

/** The value that Student's t with `df` degrees of freedom exceeds with probability 1 - p; 0.5 < p < 1. */
export function tQuantile(p, df) {
  const key = `${p} ${df}`;
  if (!quantiles.has(key)) {
    // P(|T| > t) = I_x(df/2, 1/2) at x = df / (df + t^2).
    const x = betaQuantile(2 * (1 - p), df / 2, 0.5);
    quantiles.set(key, Math.sqrt((df * (1 - x)) / x));
  }
  return quantiles.get(key);
}
