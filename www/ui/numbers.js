// Formats numbers for a language. Each language's strings have these functions as `n`.

/** Significant digits of the factor of a loss. */
export const FACTOR_DIGITS = 3;

/** The number that `figure` shows for a loss. @param {number} x */
const asFigure = (x) =>
  Math.abs(x) < 999.995 ? Number(x.toFixed(2)) : Math.abs(x) < 99_999.5 ? Math.round(x) : Number(x.toPrecision(3));

/**
 * Whether a weighted sum of losses equals its total when all numbers are rounded as shown.
 *
 * @param {{ factor: number, loss: number }[]} terms
 * @param {number} total
 */
export function addsUp(terms, total) {
  const sum = terms.reduce((sum, { factor, loss }) => sum + Number(factor.toPrecision(FACTOR_DIGITS)) * asFigure(loss), 0);
  // Decimals such as 0.1 are not exact in binary.
  return Math.abs(sum - asFigure(total)) <= 1e-9 * Math.max(1, Math.abs(sum));
}

/** @param {string} locale */
export function numbers(locale) {
  // Made when they are needed: a browser takes 40 ms over the first question about a language.
  /** @type {string | undefined} */
  let point;
  /** @type {Intl.NumberFormat | undefined} */
  let whole;
  const own = (/** @type {string} */ text) => text.replace('.', () => (point ??= (1.5).toLocaleString(locale)[1])).replace('-', '−');
  /** @param {number} n */
  const grouped = (n) => (whole ??= new Intl.NumberFormat(locale, { maximumFractionDigits: 0 })).format(n);
  /** A number with `decimals` decimals. @param {number} x @param {number} decimals */
  const fixed = (x, decimals) => own(x.toFixed(decimals));

  /** Three significant digits, with a true minus sign; small numbers as 1.79e−5. @param {number} x */
  function digits(x) {
    if (x === 0) return '0';
    const text = Math.abs(x) < 1e-3 ? x.toExponential(2) : x.toPrecision(3);
    return own(text.replaceAll('-', '−').replace('e+', 'e'));
  }

  return {
    fixed,
    digits,

    /** A loss of any size in about six characters: 0.69, 45,778, 1.20e9. @param {number} x */
    figure: (x) => (Math.abs(x) < 999.995 ? fixed(x, 2) : Math.abs(x) < 99_999.5 ? grouped(x) : digits(x)),

    /** A change: {@link digits} with its sign. @param {number} x */
    signed: (x) => (x > 0 ? `+${digits(x)}` : digits(x)),

    /**
     * A fraction in per cent; one decimal near both ends, so that 0 % means none and 100 % means all.
     *
     * @param {number} x In [0, 1].
     */
    percent(x) {
      const nearEnd = (x > 0 && x < 0.0995) || (x > 0.9895 && x < 1);
      return `${nearEnd ? fixed(Math.min(99.9, Math.max(0.1, 100 * x)), 1) : (100 * x).toFixed(0)} %`;
    },

    /** A cosine with its sign; without a sign if it rounds to 0.00. @param {number} x In [−1, 1]. */
    cosine(x) {
      const text = Math.abs(x).toFixed(2);
      return `${text === '0.00' ? '' : x > 0 ? '+' : '−'}${own(text)}`;
    },

    /** @param {number} n A whole number. */
    grouped,

    /** @param {number} bytes */
    megabytes: (bytes) => fixed(bytes / 1e6, 1),
  };
}
